/** Words of firewalls, of server software, and those that anybody writes. Data only. */

import { FAILS, type Rule, rule } from './replies-rule.ts';

export const MIDDLEBOX_RULES: readonly Rule[] = [
  { provider: 'cisco-firewall', cause: 'masked-greeting', text: /^[20*\s]*\*{4,}[20*\s]*$/, code: /^220$/ },
  rule('cisco-esa', 'asyncos-command', /#5\.5\.1\s{1,3}command not recogni[sz]ed/i, FAILS),
  rule('cisco-esa', 'asyncos-command', /^#5\.5\.1\b/, /^50[02]$/),
  rule('cisco-esa', 'asyncos-limit', /exceeded bad smtp command limit/i),
  rule(
    'cisco-firewall',
    'rewritten-command',
    /(?:unrecogni[sz]ed|not recogni[sz]ed|unknown|invalid|not implemented).{0,40}X{4,}/i,
    FAILS,
  ),
  rule(
    'cisco-firewall',
    'rewritten-command',
    /['"<]?\bX{4,}\b['">]?.{0,40}(?:unrecogni[sz]ed|not recogni[sz]ed|unknown|invalid|not implemented)/i,
    FAILS,
  ),
  rule('norton-antivirus', 'antivirus-proxy', /^unsupported command\.$/i, /^500$/),
];

/** A sending server's own words, in a bounce with a code and in a log without one. */
const TLS_NOT_OFFERED = rule(null, 'tls-missing', /tls is required, but was not offered/i);

/** What software says under codes that mislead. */
export const SOFTWARE_RULES: readonly Rule[] = [
  // Postfix refuses a bare name under 5.5.2, and an unverified recipient under the code of an unknown one.
  rule(null, 'sender-syntax', /sender address rejected: need fully-qualified|domain name required for sender/i, FAILS),
  rule(null, 'address-syntax', /recipient address rejected: need fully-qualified/i, FAILS),
  rule(null, 'directory-failure', /recipient address rejected: unverified address/i, /^4/),
  TLS_NOT_OFFERED,
  // Exchange: 5.3.3 for any command it does not know, 5.7.3 for a failed login.
  rule(null, 'command-unknown', /^unrecogni[sz]ed command/i, /^50[02]$/),
  rule(null, 'credentials', /authentication unsuccessful$|authentication unsuccessful \[/i, /^535$/),
  // Gmail asks for a login under 5.5.1.
  rule(null, 'auth-needed', /authentication required/i, /^530$/),
  rule(
    null,
    'too-many-connections',
    /too many (?:(?:concurrent|simultaneous|smtp) ){0,2}(?:connections|sessions) from|concurrent connections limit exceeded|sender thread limit exceeded/i,
    FAILS,
  ),
  rule(
    null,
    'mailbox-rate',
    /receiving (?:e?mail|messages) too (?:quickly|fast)|recipient(?:'s)? (?:thread limit exceeded|per hour message receive limit)|recipientthrottlingpolicy/i,
    FAILS,
  ),
  rule(
    null,
    'nobody-left',
    /no valid (?:recipients|rcpt)|need rcpt|rcpt (?:command )?first|rcpt before data|valid rcpt command must precede/i,
    FAILS,
  ),
  rule(
    null,
    'too-many-errors',
    /too many errors|too many (?:bad|unknown|invalid|syntax|protocol) (?:commands|errors|recipients)/i,
    FAILS,
  ),
  // AUTH is not on offer here, which mostly means: not yet, as TLS comes first.
  rule(null, 'auth-needs-encryption', /authentication not enabled|auth command used when not advertised/i, /^503$/),
  rule(
    null,
    'helo-bad',
    /helo command rejected|need fully-qualified hostname|(?:helo|ehlo) requires (?:a )?(?:valid )?(?:domain|host|address)/i,
    FAILS,
  ),
  // "Cryptographic failure" (x.7.5), where it is the certificate that fails.
  rule(null, 'certificate-expired', /certificate.{0,60}expired/i, FAILS),
  rule(
    null,
    'certificate-unverified',
    /certificate (?:validation|verif\w{1,10}) fail|certificate (?:is )?not (?:trusted|verified)|untrusted certificate/i,
    FAILS,
  ),
  // Exim asks the sender's own server, and cPanel puts all it can think of into one sentence.
  rule('exim', 'sender-unknown', /callback setup failed/i, FAILS),
  rule(null, 'refused', /account or domain may not exist/i, FAILS),
  // Sendmail has no room under the code of congestion, Exchange no connection under that of a mailbox switched off.
  rule(null, 'system-full', /insufficient disk space/i, /^4/),
  rule('exchange', 'no-answer', /attempted failover to alternate host/i, FAILS),
  rule('qmail', 'recipient-block-list', /badmailfrom/i, FAILS),
  rule('qmail', 'bare-newline', /docs\/smtplf/i, FAILS),
  // cPanel stops an account that spams, or whose mail mostly comes back.
  rule(
    null,
    'account-blocked-spam',
    /outgoing e?mail (?:from .{1,320} )?(?:has been|is) (?:suspended|blocked)/i,
    FAILS,
  ),
  rule('exim', 'bad-sequence', /smtp (?:protocol )?synchroni[sz]ation error/i, FAILS),
];

export const ANYBODY_RULES: readonly Rule[] = [
  rule(null, 'tls-missing', /(?:remote|peer) (?:server |host )?does not support (?:start)?tls/i),
  rule(null, 'mta-sts-failed', /\bmta-?sts\b/i, FAILS),
  rule(
    null,
    'encryption-needed',
    /must issue a starttls command first|must use tls|encryption required for requested|tls required|requires? (?:tls|encryption)/i,
    FAILS,
  ),
  rule(
    null,
    'tls-or-auth-for-now',
    /tls not available|tls (?:is )?currently unavailable|temporary authentication failure/i,
    /^454$/,
  ),
  rule(null, 'geography', /geographical location|\bgeo-?ip\b|country (?:is )?(?:blocked|not allowed)/i, FAILS),
  rule(null, 'greylisted', /gr[ea]y-?\s?list|not yet authori[sz]ed to deliver mail from/i, /^4/),
  rule(null, 'dmarc-failed', /\bdmarc\b/i, /^5/),
  rule(null, 'unauthenticated', /unauthenticated (?:senders?|e?mail|message)/i, FAILS),
  rule(null, 'spf-broken', /spf[^.]{0,60}permerror|too many dns lookups|bad spf record/i, FAILS),
  rule(
    null,
    'spf-failed',
    /not allowed to send.{0,80}\bspf\b|\bspf\b(?:[^.]|\.\d){0,80}(?:fail|reject|not pass|violat|not allowed|unauthori[sz]ed|softfail)|sender policy framework|openspf\.(?:net|org)|(?:failed|fails|not pass|due to) .{0,30}\bspf\b/i,
    FAILS,
  ),
  rule(null, 'dkim-failed', /\bdkim\b[^.]{0,80}(?:fail|reject|invalid|not pass|bad|missing)/i, FAILS),
  rule(
    null,
    'reverse-dns',
    /cannot find your (?:reverse )?hostname|reverse (?:dns|hostname|lookup)|ip name lookup failed|no ptr|\bptr\b[^.]{0,40}(?:missing|required|record|not)|\brdns\b|fix (?:your )?reverse|host ?name does not match your ip/i,
    FAILS,
  ),
  rule(
    null,
    'helo-bad',
    /(?:helo|ehlo)[^.]{0,40}(?:invalid|rejected|fully.qualified|not match|forged)|invalid (?:helo|ehlo)|syntactically invalid (?:helo|ehlo)/i,
    FAILS,
  ),
  rule(
    null,
    'dynamic-ip',
    /dynamic(?:ally)?[\s-](?:ip|address|assigned|range)|residential ip|dial-?up|dynamic\/residential|looks like a dynamic/i,
    FAILS,
  ),
  rule(
    null,
    'some-list',
    /blocked using|listed (?:in|at|on|by) (?:an? )?\S{1,80}(?:rbl|dnsbl|bl\.|blacklist|block ?list)|\bdnsbl\b|\brbl\b|black-?\s?list(?:ed)?|block-?\s?list(?:ed)?/i,
    FAILS,
  ),
  rule(
    null,
    'reputation',
    /(?:bad|poor|low|blocked by) (?:ip |sender |domain )?reputation|reputation of|because of (?:its|your) reputation/i,
    FAILS,
  ),
  rule(null, 'virus-found', /\bvirus\b|malware|infected|\bclamav\b/i, FAILS),
  rule(null, 'policy-content', /(?:malicious|phishing|blocking|blocked|listed) (?:url|link)|\bphishing\b/i, FAILS),
  rule(
    null,
    'attachment-blocked',
    /attachment.{0,60}(?:not allowed|blocked|banned|prohibited|reject)|(?:banned|prohibited|illegal|executable) (?:file|attachment|content)|potentially executable|\bbanned: ?\./i,
    FAILS,
  ),
  rule(
    null,
    'spam-content',
    /\bspam\b[^.]{0,60}(?:detect|reject|content|score|message|filter|identified|not accept|refused)|(?:considered|classified|identified|detected|rejected|looks like|appears to be|suspected|be|as|consider|due to|possible) (?:to be )?(?:an? )?spam\b|high probability of spam|spam classification|spamassassin|unsolicited|[-:] spam\b|\bube\b/i,
    FAILS,
  ),
  rule(null, 'directory-failure', /(?:temporary|local) (?:dns |name )?look-?\s?up (?:failure|error|problem)/i, /^4/),
  // Exim says in the same reply why: the sender's address is unrouteable, or refused by its own server.
  rule(null, 'sender-unknown', /sender verify failed/i, FAILS),
  rule(
    null,
    'no-route',
    /host or domain name not found|domain name not found|\bnxdomain\b|dns error|host unknown|name service error|unrouteable|unroutable|no route to|dns error when resolving mx|all relevant mx records point to non-existent/i,
    FAILS,
  ),
  rule(
    null,
    'sender-domain-bad',
    /sender address rejected: domain not found|sender domain|domain of sender|sender.{0,60}(?:domain not found|domain does not (?:exist|resolve)|not resolve)|no a, aaaa,? or mx|cannot resolve (?:your|sender)|address does not resolve|must (?:resolve|exist)/i,
    FAILS,
  ),
  rule(
    null,
    'sender-unknown',
    /callout verification|sender (?:address )?(?:is )?not allowed|sender (?:rejected|denied)|not owned by user|not logged in as (?:the )?owner|sender (?:unknown|does not exist)|(?:invalid|bad|unverified) sender|email address is not verified/i,
    FAILS,
  ),
  rule(
    null,
    'credentials',
    /authentication (?:failed|failure|unsuccessful|credentials invalid)|incorrect authentication data|(?:invalid|incorrect) (?:login|credentials|user ?name|password)|bad (?:username|credentials)|login (?:denied|failed|incorrect)/i,
    FAILS,
  ),
  rule(
    null,
    'auth-needed',
    /authentication (?:is )?required|must (?:be )?authenticate|authenticate first|please (?:log ?in|authenticate)|need to authenticate|(?:turn on|use|enable) smtp auth|smtp auth(?:entication)? (?:is )?(?:required|needed)|pop before smtp|not authenticated|server requires authentication/i,
    FAILS,
  ),
  rule(
    null,
    'relay-denied',
    /relay(?:ing)? (?:access )?(?:denied|disallowed|not permitted|not allowed|prohibited|rejected|is prohibited)|not permitted to relay|relay not permitted|unable to relay|rcpthosts|not a gateway$|(?:don't|do not|not) (?:allowed to )?relay|open relay not allowed|not a (?:local|valid) (?:domain|relay)|no relaying|delivery is not allowed to this address/i,
    FAILS,
  ),
  rule(
    null,
    'list-forbidden',
    /not (?:allowed|authori[sz]ed|permitted) to (?:send|post|write) (?:messages )?to (?:this|the) (?:mailing )?(?:list|group)/i,
    FAILS,
  ),
  rule(
    null,
    'line-too-long',
    /lines? (?:is |are )?too long|line length (?:is|exceed)|allowed line length/i,
    /^(?:4|55)/,
  ),
  rule(null, 'takes-no-mail', /host does not accept mail|does not accept (?:e?mail|messages) (?:here|at all)/i, FAILS),
  rule(
    null,
    'mailbox-wont-take',
    /blocked by (?:the )?(?:recipient|user)|(?:recipient|user) (?:has )?(?:blocked|refuses|refused)/i,
    FAILS,
  ),
  rule(null, 'daily-limit', /daily (?:\w{1,20} ){0,2}(?:quota|limit)/i, FAILS),
  rule(
    null,
    'mailbox-full',
    /mailbox (?:is )?(?:full|over|quota)|over\s?-?quota|quota (?:exceeded|full|is full)|exceed(?:ed|s)?[^.]{0,30}quota|out of (?:disk|storage)|insufficient (?:disk|storage) space for|mailbox size limit|user is over/i,
    FAILS,
  ),
  rule(
    null,
    'loop',
    /mail loop|too many hops|loop(?:s)? (?:back|detected)|hop count|number of (?:hops|.?received:)|routing loop|forwarding loop|mx list for \S{1,255} points back/i,
    FAILS,
  ),
  rule(null, 'system-full', /insufficient system storage|no space left|disk (?:is )?full|system (?:is )?full/i, FAILS),
  rule(
    null,
    'message-too-big',
    /message (?:size|is too|too) (?:large|big|exceeds|violation)|size (?:exceeds|limit)|exceeds (?:the )?(?:maximum|fixed|size)|too (?:large|big)\b|larger than/i,
    FAILS,
  ),
  rule(
    null,
    'mailbox-disabled',
    /(?:account|mailbox|user)(?:[^.]|\.\w){0,60}(?:disabled|suspended|inactive|locked|deactivated|not active|expired|blocked for)|disabled (?:account|mailbox|recipient)|recipient suspended|mailbox is frozen/i,
    FAILS,
  ),
  rule(null, 'rate-limited', /too many recipients received/i, FAILS),
  rule(null, 'too-many-recipients', /too many (?:recipients|rcpts?)|recipient limit/i, FAILS),
  rule(
    null,
    'too-many-connections',
    /too many (?:(?:concurrent|simultaneous|smtp) ){0,2}(?:connections|sessions|messages)|connection (?:limit|rate)|max(?:imum)? (?:number of )?connections|concurrent connections/i,
    FAILS,
  ),
  rule(
    null,
    'rate-limited',
    /rate[\s-]?limit|frequency limit|too much mail|too (?:fast|quickly|many (?:errors|emails|mails|messages|requests|new tls sessions))|throttl|exceeded (?:the|your)? ?(?:sending|hourly|max(?:imum)? (?:emails|defers))|max (?:emails|defers and failures) per|sending limit/i,
    FAILS,
  ),
  rule(
    null,
    'mailbox-unknown',
    /user (?:unknown|not found|doesn't exist|does not exist|is unknown|not exist)|unknown (?:user|recipient|mailbox|local[\s-]?part|address)|no such (?:user|recipient|mailbox|person|address|local user)|no mailbox (?:here )?(?:by|with|for)?|mailbox (?:not found|unavailable|does not exist|doesn't exist|unknown|is unavailable|invalid)|recipient (?:unknown|not found|does not exist|rejected: user|address rejected: (?:user|unknown|undeliverable|no such|not found))|invalid (?:recipient|mailbox|user|address)|address (?:unknown|does not exist|not found)|(?:does not|doesn't) exist|undeliverable address|no valid recipients|not listed in domino directory|(?:user|recipient|account) (?:is )?not (?:available|known|local)|not a valid (?:mailbox|user|recipient)|there is no one|not a registered|is not a known user|account (?:not found|doesn't exist|unavailable)|no account by that name|bad destination mailbox|not our customer|unrecogni[sz]ed address/i,
    /^(?!421|521|551)[45]/,
  ),
  rule(
    null,
    'headers-bad',
    /(?:not|violat|compl|conform|per)[^.]{0,40}rfc[ -]?(?:822|2822|5322)|rfc[ -]?(?:2822|5322)[^.]{0,40}(?:compl|conform|violat|invalid)|missing (?:from|date|message-id|header)|(?:invalid|malformed|bad|duplicate|multiple) (?:from |subject |to )?headers?\b|header error/i,
    FAILS,
  ),
  rule(null, 'bare-newline', /bare (?:lf|cr|<lf>|<cr>|line ?feed|newline)/i, FAILS),
  rule(
    null,
    'policy',
    /(?:denied|rejected|refused|blocked) by policy|content rejected|client host rejected|\bblocked\b|policy (?:reasons?|violation|rejection|restriction)|rejected (?:by|for|due to) (?:local |site )?policy|administrative(?:ly)? (?:prohibition|prohibited|denied|blocked)|blocked by (?:your |the |our )?(?:admin|recipient|local)|local policy|access (?:is )?(?:denied|rejected)|not allowed to send|message (?:was )?(?:blocked|rejected|refused)|banned|prohibited/i,
    FAILS,
  ),
  rule(null, 'sender-unknown', /sender address rejected/i, FAILS),
  rule(
    null,
    'no-answer',
    /(?:connection|operation|conversation|connect[^.]{0,40}) timed out|timeout (?:while|exceeded|waiting)|no response from|host is unreachable|no route to host|network is unreachable/i,
    FAILS,
  ),
  rule(null, 'connection-refused', /connection refused/i, FAILS),
  rule(null, 'bad-connection', /lost connection|connection (?:dropped|reset|lost|closed|aborted)/i, FAILS),
  rule(
    null,
    'try-later',
    /try (?:again|later)|please retry|temporar(?:y|ily) (?:unavailable|failure|deferred|rejected|problem|error)|(?:service|system|server) (?:is )?(?:currently |temporarily )?(?:busy|not available|unavailable)|come back later|deferred/i,
    /^4/,
  ),
];

/** What sending servers write into logs, queues and bounces when no server has said anything. */
export const SENDER_RULES: readonly Rule[] = [
  TLS_NOT_OFFERED,
  rule(null, 'directory-failure', /host (?:name )?look-?up failure|name service error.{0,200}try again/i),
  rule(
    null,
    'no-route',
    /name service error for|responded with code nxdomain|host or domain name not found|host unknown \(name server|unrouteable (?:address|mail domain)|all relevant mx records point to non-existent/i,
  ),
  rule(
    null,
    'connection-refused',
    /(?:connect(?:ion)? to \S.{0,300}|\[[\da-f.:]{3,45}\](?::\d{1,5})?:? ?)connection refused|connection refused by \S/i,
  ),
  rule(
    null,
    'no-answer',
    /(?:connect(?:ion)? to \S.{0,300}|\[[\da-f.:]{3,45}\](?::\d{1,5})?:? ?)(?:(?:connection|operation) timed out|no route to host|network is unreachable)|(?:connection|operation) timed out with \S|conversation with \S{1,300} timed out|all hosts (?:for \S{1,300} )?have been failing|did not accept our requests to connect/i,
  ),
  rule(null, 'mailbox-full', /recipient['’]s (?:mailbox|inbox) is full/i),
  rule(null, 'mailbox-unknown', /address couldn['’]t be found|account that you tried to reach does not exist/i),
  rule(null, 'try-later', /temporary problem delivering your message/i),
  rule(null, 'loop', /mail for \S{1,255} loops back to myself/i),
  rule(null, 'expired', /retry time(?:out)? exceeded|message has been in the queue too long/i),
  rule(
    null,
    'bad-connection',
    /lost connection with \S|connection reset by \S{1,300}\.|closed connection in response to/i,
  ),
];
