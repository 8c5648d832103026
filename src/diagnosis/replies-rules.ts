/**
 * Providers' and servers' own words, and what they mean: rules in order, the first that fits wins. Data only; the expressions
 * are plain alternatives with bounded gaps, so that a hostile text costs no more than its length.
 */

import type { Cause } from '../texts/replies.ts';
import type { Provider } from './replies-providers.ts';

export type Rule = {
  /** Whose words they are; null: anybody's. */
  readonly provider: Provider | null;
  readonly cause: Cause;
  /** Must be in the reply's text. */
  readonly text?: RegExp;
  /** The enhanced code must be this. */
  readonly enhanced?: RegExp;
  readonly code?: RegExp;
  /** The provider must show by a name or host in or around the reply: for codes that it uses in its own way. */
  readonly hinted?: true;
};

const rule = (provider: Provider | null, cause: Cause, text: RegExp, code?: RegExp): Rule =>
  code === undefined ? { provider, cause, text } : { provider, cause, text, code };
const numbered = (provider: Provider, cause: Cause, enhanced: RegExp): Rule => ({ provider, cause, enhanced });
const inItsWay = (provider: Provider, cause: Cause, enhanced: RegExp): Rule => ({
  provider,
  cause,
  enhanced,
  hinted: true,
});

const FAILS = /^[45]/;

const MIDDLEBOX: readonly Rule[] = [
  { provider: 'cisco-firewall', cause: 'masked-greeting', text: /^[20*\s]*\*{4,}[20*\s]*$/, code: /^220$/ },
  rule('cisco-esa', 'asyncos-command', /#5\.5\.1\s{1,3}command not recogni[sz]ed/i, FAILS),
  rule('cisco-esa', 'asyncos-command', /^#5\.5\.1\b/, FAILS),
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

const GMAIL: readonly Rule[] = [
  rule('gmail', 'not-aligned', /aligned with either the authenticated spf or dkim/i),
  rule('gmail', 'dmarc-failed', /not accepted due to domain's dmarc policy/i),
  rule('gmail', 'spf-failed', /spf record with a hard fail|authenticate (?:their e?mail )?with spf\b/i),
  rule('gmail', 'dkim-failed', /authenticate (?:their e?mail )?with dkim\b/i),
  rule('gmail', 'not-over-tls', /use tls\/ssl for smtp/i),
  rule('gmail', 'spf-suspicious', /spf record of the sending domain has/i),
  rule(
    'gmail',
    'unauthenticated',
    /gmail requires all senders to authenticate with either|fails to pass authentication checks|does not have authentication information/i,
  ),
  rule('gmail', 'ipv6-rules', /ipv6 sending guidelines/i),
  rule(
    'gmail',
    'reverse-dns',
    /(?:does not|doesn't|do not|don't|must) have a ptr record|ptr record setup|forward dns entry/i,
  ),
  rule('gmail', 'rate-limited', /unusual rate of (?:unsolicited )?mail/i),
  rule('gmail', 'reputation', /very low reputation of the sending/i),
  rule(
    'gmail',
    'spam-content',
    /detected that this message is likely (?:unsolicited|suspicious)|likely unsolicited mail/i,
  ),
  rule('gmail', 'dynamic-ip', /not authorized to send e?mail directly to our servers/i),
  rule(
    'gmail',
    'mailbox-rate',
    /receiving e?mail too quickly.{0,300}(?:google|gsmtp)|rate that prevents additional messages/i,
  ),
  rule('gmail', 'mailbox-full', /out of storage space|e?mail account that you tried to reach is over quota/i),
  rule('gmail', 'mailbox-unknown', /account that you tried to reach does not exist/i),
  rule('gmail', 'mailbox-disabled', /account that you tried to reach is (?:disabled|inactive)/i),
  rule('gmail', 'credentials', /username and password not accepted/i),
  rule('gmail', 'app-password', /application-specific password required/i),
  rule('gmail', 'helo-bad', /helo\/ehlo argument/i),
  rule('gmail', 'encryption-needed', /tls required for rcpt domain/i),
  rule('gmail', 'rate-limited', /try again later, closing connection/i),
  rule('gmail', 'loop', /message exceeded 50 hops/i),
  rule('gmail', 'relay-not-registered', /mail relay denied \[|invalid credentials for relay/i),
  rule(
    'gmail',
    'headers-bad',
    /not rfc 5322 compliant|(?:multiple|missing a valid|missing) (?:addresses|from|message-id|address)[^.]{0,60}headers?|message missing a valid/i,
  ),
  rule(
    'gmail',
    'message-too-big',
    /google's (?:message )?(?:header )?size limits?|exceeded google's|exceeds google's/i,
  ),
  rule('gmail', 'attachment-blocked', /content presents a potential security issue|illegal attachment/i),
  rule('gmail', 'daily-limit', /daily (?:user )?(?:smtp relay|sending) (?:limit|quota)|daily user sending/i),
  rule('gmail', 'policy', /ip not in whitelist for rcpt domain|blocked by (?:the )?recipient's? domain/i),
  rule('gmail', 'pipelined-after-starttls', /smtp protocol violation/i),
  inItsWay('gmail', 'unauthenticated', /^[45]\.7\.26$/),
  inItsWay('gmail', 'spf-failed', /^[45]\.7\.27$/),
  inItsWay('gmail', 'not-over-tls', /^[45]\.7\.29$/),
  inItsWay('gmail', 'dkim-failed', /^[45]\.7\.30$/),
  inItsWay('gmail', 'not-aligned', /^[45]\.7\.32$/),
  inItsWay('gmail', 'dmarc-failed', /^[45]\.7\.40$/),
  inItsWay('gmail', 'reverse-dns', /^[45]\.7\.(?:23|25)$/),
  inItsWay('gmail', 'spf-suspicious', /^[45]\.7\.24$/),
  inItsWay('gmail', 'rate-limited', /^[45]\.7\.28$/),
  inItsWay('gmail', 'daily-limit', /^[45]\.4\.5$/),
];

const MICROSOFT: readonly Rule[] = [
  rule('outlook', 'bulk-authentication', /does not meet the required authentication level/i),
  rule('outlook', 'outlook-block-list', /part of their network is on our block list|\(S3[12]\d0\)/i),
  rule('outlook', 'rate-limited', /\bRP-00\d\b|temporarily rate limited due to ip reputation/i),
  rule('outlook', 'ip-blocked', /\b(?:DY|OU|SC)-00\d\b/),
  rule('microsoft', 'tls-missing', /starttls is required to send mail|starttls-not-supported/i),
  rule('microsoft', 'encryption-needed', /must issue a starttls command first/i, /^451$/),
  rule('exchange', 'exchange-auth-blocked', /cannot achieve exchange server authentication/i),
  rule('microsoft', 'certificate-expired', /certificate-expired/i),
  rule('microsoft', 'dane-failed', /tlsa-invalid/i),
  rule('microsoft', 'dnssec-failed', /dnssec-invalid/i),
  rule('microsoft', 'certificate-name', /certificate-host-mismatch/i),
  rule('microsoft', 'recipient-block-list', /using customer block list|access denied, rejected by recipient/i),
  rule('microsoft', 'microsoft-delist', /access denied, banned send(?:er|ing ip)/i),
  rule(
    'microsoft',
    'account-blocked-spam',
    /spam abuse detected|your message couldn't be delivered because you weren't recognized as a valid sender|bad outbound sender/i,
  ),
  rule('microsoft', 'helo-bad', /access denied, bad helo/i),
  rule('microsoft', 'rate-limited', /exceeded permitted limits within|server busy\. please try again later from/i),
  rule('microsoft', 'dmarc-failed', /does not pass dmarc verification/i),
  rule('microsoft', 'ipv6-not-taken', /does not accept email over ipv6/i),
  rule('microsoft', 'headers-bad', /must be rfc 5322|from address is missing or invalid/i),
  rule('microsoft', 'tenant-restricted', /tenant has exceeded threshold|traffic not accepted from this ip/i),
  rule('microsoft', 'unregistered-domain', /unregistered domains/i),
  rule('microsoft', 'under-evaluation', /access denied, please try again later/i),
  rule('microsoft', 'not-in-directory', /recipient address rejected: access denied/i),
  rule(
    'microsoft',
    'mailbox-unknown',
    /resolver\.adr\.(?:recip|recipient)notfound|resolver\.adr\.exrecipnotfound|recipient not found by smtp address lookup|recipientnotfound/i,
  ),
  rule(
    'microsoft',
    'list-forbidden',
    /resolver\.rst\.notauthorized|resolver\.rst\.auth|restrictdomainsto|authentication required for the recipient|only accepts? messages from people in/i,
  ),
  rule(
    'microsoft',
    'mailbox-rate',
    /resolver\.rst\.recipientthrottled|recipient(?:'s)? mailbox is (?:busy|throttled)/i,
  ),
  rule('microsoft', 'message-over-mailbox-limit', /resolver\.rst\.recipsizelimit/i),
  rule('microsoft', 'message-too-big', /resolver\.rst\.sendsizelimit|message size exceeds fixed maximum message size/i),
  rule(
    'microsoft',
    'mailbox-full',
    /resolver\.adr\.(?:over)?quota|storedrv\.deliver[^.]{0,40}; ?mailbox full|quotaexceededexception/i,
  ),
  rule(
    'microsoft',
    'sender-unknown',
    /storedrv\.submission[^.]{0,60}sendas|sendasdenied|client does not have permissions to send as this sender/i,
  ),
  rule(
    'microsoft',
    'daily-limit',
    /submissionquotaexceeded|exceeded the (?:daily )?(?:recipient|message) (?:rate )?limit/i,
  ),
  rule('microsoft', 'connector-mismatch', /tenantattribution|attributed to/i),
  rule('microsoft', 'reverse-dns', /ipv6 address \S{1,60} must have a reverse dns record/i),
  rule('microsoft', 'unauthenticated', /must pass either spf or dkim/i),
  rule('microsoft', 'loop', /routing loop detected|hop count exceeded - possible mail loop/i),
  rule('microsoft', 'no-route', /infodomainnonexistent|dns domain \S{1,255} does not exist/i),
  rule('microsoft', 'connection-refused', /message has been retried[^.]{0,40}connection refused|connectionrefused/i),
  rule('microsoft', 'remote-closed', /suspiciousremoteservererror/i),
  rule('microsoft', 'tenant-without-mail', /no mail-enabled subscriptions/i),
  rule(
    'microsoft',
    'smtp-auth-off',
    /smtpclientauthentication is disabled|basic authentication is disabled|smtp auth(?:entication)? is disabled/i,
  ),
  rule('microsoft', 'auth-needed', /client (?:was|is) not authenticated/i),
  rule('microsoft', 'system-full', /insufficient system resources/i, /^4/),
  rule('microsoft', 'relay-denied', /\bunable to relay\b/i),
  rule('microsoft', 'bare-newline', /bare line ?feed|bare lf/i),
  rule(
    'microsoft',
    'spam-content',
    /message (?:was )?(?:identified|detected|rejected) as spam|content filter agent quarantined/i,
  ),
  numbered('microsoft', 'account-blocked-spam', /^5\.7\.50[1-3]$/),
  numbered('microsoft', 'not-in-directory', /^5\.7\.504$/),
  numbered('microsoft', 'helo-bad', /^5\.7\.506$/),
  numbered('microsoft', 'recipient-block-list', /^5\.7\.(?:507|513)$/),
  numbered('microsoft', 'rate-limited', /^[45]\.7\.508$/),
  numbered('microsoft', 'dmarc-failed', /^5\.7\.509$/),
  numbered('microsoft', 'ipv6-not-taken', /^5\.7\.510$/),
  numbered('microsoft', 'microsoft-delist', /^5\.7\.(?:511|60[6-9]|6[1-4]\d)$/),
  numbered('microsoft', 'headers-bad', /^5\.7\.512$/),
  numbered('outlook', 'bulk-authentication', /^5\.7\.515$/),
  numbered('microsoft', 'account-blocked-spam', /^5\.1\.8$|^5\.1\.90$/),
  numbered('microsoft', 'unregistered-domain', /^5\.7\.750$/),
  numbered('microsoft', 'tenant-restricted', /^5\.7\.7[0-4]\d$/),
  numbered('microsoft', 'under-evaluation', /^4\.7\.(?:5\d\d|6\d\d|8[5-9]\d)$/),
  numbered('microsoft', 'smtp-auth-off', /^5\.7\.139$/),
  numbered('microsoft', 'auth-needed', /^5\.7\.57$/),
  numbered('microsoft', 'connector-mismatch', /^5\.7\.64$|^5\.7\.36[78]$/),
  numbered('microsoft', 'list-forbidden', /^5\.7\.1(?:2[34]|29|3[3-6])$|^5\.7\.12$/),
  numbered('microsoft', 'tls-missing', /^[45]\.(?:7\.321|4\.317)$/),
  numbered('microsoft', 'certificate-expired', /^[45]\.7\.322$/),
  numbered('microsoft', 'dane-failed', /^[45]\.7\.323$/),
  numbered('microsoft', 'dnssec-failed', /^[45]\.7\.324$|^[45]\.4\.312$/),
  numbered('microsoft', 'certificate-name', /^[45]\.7\.325$/),
  numbered('microsoft', 'expired', /^5\.4\.300$/),
  numbered('microsoft', 'no-route', /^[45]\.4\.31[0-4]$/),
  numbered('microsoft', 'connection-refused', /^[45]\.4\.316$/),
  numbered('microsoft', 'remote-closed', /^[45]\.4\.318$/),
  numbered('microsoft', 'loop', /^5\.4\.14$/),
  numbered('microsoft', 'address-syntax', /^5\.1\.20$/),
  inItsWay('microsoft', 'mailbox-unknown', /^5\.1\.10$/),
  inItsWay('microsoft', 'not-in-directory', /^5\.4\.1$/),
  inItsWay('microsoft', 'tenant-without-mail', /^4\.4\.4$/),
];

const CONSUMER: readonly Rule[] = [
  rule('yahoo', 'rate-limited', /\[TSS?0?4\]|temporarily deferred due to (?:unexpected volume|user complaints)/i),
  rule('yahoo', 'ip-blocked', /\[TSS(?:09|11)\]|will be permanently deferred/i),
  rule('spamhaus', 'spamhaus-ip', /\[BL2[13]\]|\[TSS07\]|ip is in spamhaus's list/i),
  rule(
    'yahoo',
    'policy-content',
    /\[PH01\]|message not accepted for policy reasons|email not accepted for policy reasons/i,
  ),
  rule('yahoo', 'unauthenticated', /yahoo requires all senders to authenticate/i),
  rule('yahoo', 'sender-domain-bad', /unresolvable rfc\.?\s?5321/i),
  rule('yahoo', 'headers-bad', /headers are not rfc compliant/i),
  rule('yahoo', 'mailbox-rate', /user is receiving mail too quickly/i),
  rule('yahoo', 'mailbox-unknown', /\bdd this user doesn't have a|requested mail action aborted, mailbox not found/i),
  rule('yahoo', 'mailbox-disabled', /this mailbox is disabled \(554\.30\)|\bdd \S{1,320} is no longer valid/i),
  rule('yahoo', 'too-many-connections', /max message per connection/i),
  rule('aol', 'dynamic-ip', /\bRTR:(?:BB|DU)\b/),
  rule('aol', 'reverse-dns', /\bRTR:RD\b/),
  rule('aol', 'ip-blocked', /\bRTR:(?:SC|BL)\b|\bCON:B1\b/),
  rule('aol', 'rate-limited', /\bRLY:B[12]\b|\bDYN:T\d\b/),
  rule('aol', 'spam-content', /\bHVU:B\d\b/),
  rule('apple', 'unauthenticated', /\[HME1\]/),
  rule('apple', 'policy-content', /\[CS01\]/),
  rule('apple', 'rate-limited', /deferred due to excessive volume/i),
  rule('apple', 'mailbox-unknown', /unknown or illegal alias|inactive email address/i),
  rule('apple', 'spam-content', /message content rejected due to spam/i),
  rule('att', 'ip-listed', /DNSBL:(?:ATT)?RBL|att\.net\/blocks|rbl\.att\.net/i),
  rule('orange', 'too-many-connections', /trop de connexions/i),
  rule('orange', 'dmarc-failed', /mail rejected\. dmarc check failed/i),
  rule('mailru', 'spam-content', /^spam message (?:rejected|discarded)/i),
  rule('yandex', 'spam-content', /message rejected under suspicion of spam/i),
  rule('gmx', 'ip-blocked', /nemesis esmtp service not available|mail\.gmx\.(?:net|com)\/.{0,40}(?:ip|error)/i),
  rule('comcast', 'ip-blocked', /\bBL00000\d\b|postmaster\.comcast\.net/i),
  rule('qq', 'rate-limited', /frequency (?:of receiving messages is )?limit/i),
];

const LISTS_AND_FILTERS: readonly Rule[] = [
  rule(
    'spamhaus',
    'list-misused',
    /spamhaus[^\s]{0,80}.{0,80}(?:error.{0,20}open resolver|query refused|returnc)|error open resolver/i,
  ),
  rule('uribl', 'list-misused', /uribl\.com.{0,120}(?:query refused|refused\.shtml)/i),
  rule('spamhaus', 'spamhaus-domain', /dbl\.spamhaus|spamhaus\.org\/(?:query\/)?(?:dbl|domain)|zrd\.spamhaus/i),
  rule(
    'spamhaus',
    'spamhaus-ip',
    /\b(?:zen|sbl|xbl|pbl|css|sbl-xbl)\.(?:dnsbl\.)?spamhaus|spamhaus\.org|spamhaus\.net|\bspamhaus\b|dq\.spamhaus/i,
    FAILS,
  ),
  rule('barracuda', 'ip-listed', /barracudacentral|barracudanetworks\.com\/reputation|b\.barracuda/i, FAILS),
  rule('barracuda', 'ip-blocked', /permanent failure for one or more recipients \(.{0,200}:blocked\)/i),
  rule('spamcop', 'ip-listed', /spamcop\.net/i),
  rule('sorbs', 'ip-listed', /\bsorbs\.net/i),
  rule('uceprotect', 'ip-listed', /uceprotect/i),
  rule('invaluement', 'ip-listed', /invaluement/i),
  rule('cloudmark', 'ip-listed', /csi\.cloudmark\.com|cloudmark\.com\/reset/i),
  rule('uribl', 'spam-content', /\buribl\.com|\bsurbl\.org/i),
  rule('talos', 'reputation', /senderbase\.org|talosintelligence\.com/i),
  rule('proofpoint', 'ip-blocked', /proofpoint\.com\/(?:dnsbl-lookup)?|ipcheck\.proofpoint|blocked by proofpoint/i),
  rule(
    'mimecast',
    'too-many-recipients-inspected',
    /too many recipients.{0,400}mimecast|mimecast.{0,400}too many recipients/i,
  ),
  rule('mimecast', 'spf-failed', /spf sender invalid - envelope rejected/i),
  rule('mimecast', 'dkim-failed', /dkim sender invalid - envelope rejected/i),
  rule('mimecast', 'dmarc-failed', /dmarc sender invalid - envelope rejected/i),
  rule('mimecast', 'spoofing', /anti-spoofing policy/i),
  rule('mimecast', 'greylisted', /internal resources are temporarily unavailable/i),
  rule('mimecast', 'reputation', /local ct ip reputation/i),
  rule(
    'mimecast',
    'recipient-block-list',
    /administrative prohibition(?: -)? envelope blocked|envelope blocked|block policy for (?:envelope from|header from)/i,
  ),
  rule('mimecast', 'spam-content', /email rejected due to security policies|content examination policy/i),
  rule('mimecast', 'not-over-tls', /this route requires (?:encryption|tls|high-strength)/i),
  rule('mimecast', 'geography', /host network not allowed/i),
  rule('mimecast', 'mailbox-unknown', /mimecast.{0,300}invalid recipient|invalid recipient.{0,300}mimecast/i),
  rule('symantec', 'tls-missing', /starttls required but not advertised/i),
  rule(
    'symantec',
    'ip-blocked',
    /symantec\.com\/(?:sps|reputation)|ipremoval\.sms\.symantec|messagelabs\.com\/blocked/i,
  ),
  rule(
    'trendmicro',
    'ip-listed',
    /(?:mail-abuse|trendmicro)\.(?:com|org).{0,120}(?:rbl|ers|ip|blocked)|ers\.trendmicro/i,
  ),
  rule('sophos', 'ip-blocked', /sophos\.com\/.{0,60}blocked|black ?list(?:ed)? by sophos/i),
];

const ANYBODY: readonly Rule[] = [
  rule(null, 'tls-missing', /tls is required, but was not offered|starttls is required, but was not offered/i),
  rule(
    null,
    'encryption-needed',
    /must issue a starttls command first|must use tls|encryption required for requested|tls required|requires? (?:tls|encryption)/i,
    FAILS,
  ),
  rule(null, 'tls-or-auth-for-now', /tls not available|tls (?:is )?currently unavailable/i, /^454$/),
  rule(null, 'geography', /geographical location|\bgeo-?ip\b|country (?:is )?(?:blocked|not allowed)/i, FAILS),
  rule(null, 'greylisted', /gr[ea]y-?\s?list/i, /^4/),
  rule(null, 'dmarc-failed', /\bdmarc\b/i, /^5/),
  rule(null, 'spf-broken', /spf[^.]{0,60}permerror|too many dns lookups/i, FAILS),
  rule(
    null,
    'spf-failed',
    /\bspf\b[^.]{0,80}(?:fail|reject|not pass|violat|not allowed|unauthori[sz]ed|softfail)|sender policy framework|openspf\.(?:net|org)|(?:failed|fails|not pass) .{0,30}\bspf\b/i,
    FAILS,
  ),
  rule(null, 'dkim-failed', /\bdkim\b[^.]{0,80}(?:fail|reject|invalid|not pass|bad|missing)/i, FAILS),
  rule(
    null,
    'reverse-dns',
    /cannot find your (?:reverse )?hostname|reverse (?:dns|hostname|lookup)|no ptr|\bptr\b[^.]{0,40}(?:missing|required|record|not)|\brdns\b|fix (?:your )?reverse/i,
    FAILS,
  ),
  rule(
    null,
    'helo-bad',
    /helo command rejected|(?:helo|ehlo)[^.]{0,40}(?:invalid|rejected|fully.qualified|not match|forged)|need fully-qualified hostname|invalid (?:helo|ehlo)|syntactically invalid (?:helo|ehlo)/i,
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
    /(?:bad|poor|low) (?:ip |sender |domain )?reputation|reputation of|because of (?:its|your) reputation/i,
    FAILS,
  ),
  rule(null, 'virus-found', /\bvirus\b|malware|infected|\bclamav\b/i, FAILS),
  rule(
    null,
    'attachment-blocked',
    /attachment[^.]{0,60}(?:not allowed|blocked|banned|prohibited|reject)|(?:banned|prohibited|illegal|executable) (?:file|attachment|content)|potentially executable/i,
    FAILS,
  ),
  rule(
    null,
    'spam-content',
    /\bspam\b[^.]{0,60}(?:detect|reject|content|score|message|filter|identified|not accept|refused)|(?:considered|classified|identified|detected|rejected|looks like|appears to be|suspected|be|as) (?:to be )?(?:an? )?spam\b|high probability of spam|unsolicited/i,
    FAILS,
  ),
  rule(
    null,
    'no-route',
    /host or domain name not found|host unknown|name service error|unrouteable|unroutable|no route to|dns error when resolving mx|all relevant mx records point to non-existent/i,
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
    /sender address rejected|sender verify failed|callout verification|sender (?:not allowed|rejected|denied)|not owned by user|not logged in as (?:the )?owner|sender (?:unknown|does not exist)|(?:invalid|bad|unverified) sender/i,
    FAILS,
  ),
  rule(
    null,
    'credentials',
    /authentication (?:failed|failure|unsuccessful|credentials invalid)|incorrect authentication data|invalid (?:login|credentials|user ?name|password)|bad (?:username|credentials)|login (?:denied|failed|incorrect)/i,
    FAILS,
  ),
  rule(
    null,
    'auth-needed',
    /authentication (?:is )?required|must (?:be )?authenticate|authenticate first|please (?:log ?in|authenticate)|need to authenticate|turn on smtp auth|smtp auth(?:entication)? (?:is )?(?:required|needed)|pop before smtp|not authenticated/i,
    FAILS,
  ),
  rule(
    null,
    'relay-denied',
    /relay(?:ing)? (?:access )?(?:denied|not permitted|not allowed|prohibited|rejected|is prohibited)|not permitted to relay|relay not permitted|unable to relay|rcpthosts|(?:don't|do not|not) (?:allowed to )?relay|open relay not allowed|not a (?:local|valid) (?:domain|relay)|no relaying/i,
    FAILS,
  ),
  rule(
    null,
    'mailbox-full',
    /mailbox (?:is )?(?:full|over|quota)|over\s?-?quota|quota (?:exceeded|full|is full)|exceed(?:ed|s)?[^.]{0,30}quota|out of (?:disk|storage)|insufficient (?:disk|storage) space for|mailbox size limit|user is over/i,
    FAILS,
  ),
  rule(null, 'system-full', /insufficient system storage|no space left|disk (?:is )?full|system (?:is )?full/i, FAILS),
  rule(
    null,
    'message-too-big',
    /message (?:size|is too|too) (?:large|big|exceeds)|size (?:exceeds|limit)|exceeds (?:the )?(?:maximum|fixed|size)|too (?:large|big)\b|larger than/i,
    FAILS,
  ),
  rule(
    null,
    'mailbox-disabled',
    /(?:account|mailbox|user)[^.]{0,40}(?:disabled|suspended|inactive|locked|deactivated|not active|expired|blocked for)|disabled (?:account|mailbox|recipient)|recipient suspended/i,
    FAILS,
  ),
  rule(null, 'too-many-recipients', /too many (?:recipients|rcpts?)|recipient limit/i, FAILS),
  rule(
    null,
    'too-many-connections',
    /too many (?:concurrent |simultaneous |smtp )?(?:connections|sessions|messages)|connection (?:limit|rate)|max(?:imum)? (?:number of )?connections|concurrent connections/i,
    FAILS,
  ),
  rule(
    null,
    'rate-limited',
    /rate[\s-]?limit|too (?:fast|quickly|many (?:errors|emails|mails|messages|requests))|throttl|exceeded (?:the|your)? ?(?:sending|hourly|max(?:imum)? emails)|max emails per|sending limit/i,
    FAILS,
  ),
  rule(
    null,
    'mailbox-unknown',
    /user (?:unknown|not found|doesn't exist|does not exist|is unknown|not exist)|unknown (?:user|recipient|mailbox|local[\s-]?part|address)|no such (?:user|recipient|mailbox|person|address|local user)|no mailbox (?:here )?(?:by|with|for)?|mailbox (?:not found|unavailable|does not exist|doesn't exist|unknown|is unavailable|invalid)|recipient (?:unknown|not found|does not exist|rejected: user|address rejected: (?:user|unknown|undeliverable|no such|not found))|invalid (?:recipient|mailbox|user|address)|address (?:unknown|does not exist|not found)|(?:does not|doesn't) exist|undeliverable address|recipient address rejected|no valid recipients|not listed in domino directory|(?:user|recipient|account) (?:is )?not (?:available|known|local)|not a valid (?:mailbox|user|recipient)|there is no one|is not a known user|account (?:not found|doesn't exist|unavailable)|no account by that name|bad destination mailbox|not our customer|unrecogni[sz]ed address/i,
    /^[45](?!21)/,
  ),
  rule(
    null,
    'loop',
    /mail loop|too many hops|loop(?:s)? (?:back|detected)|hop count|routing loop|forwarding loop/i,
    FAILS,
  ),
  rule(
    null,
    'headers-bad',
    /rfc ?[25]?(?:822|2822|5322)|missing (?:from|date|message-id|header)|(?:invalid|malformed|bad|duplicate) header/i,
    FAILS,
  ),
  rule(null, 'bare-newline', /bare (?:lf|cr|<lf>|<cr>|line ?feed|newline)/i, FAILS),
  rule(
    null,
    'policy',
    /policy (?:reasons?|violation|rejection|restriction)|rejected (?:by|for|due to) (?:local |site )?policy|administrative(?:ly)? (?:prohibition|prohibited|denied|blocked)|blocked by (?:your |the |our )?(?:admin|recipient|local)|local policy|access (?:is )?(?:denied|rejected)|not allowed to send|message (?:was )?(?:blocked|rejected|refused)|banned|prohibited/i,
    FAILS,
  ),
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
    /try (?:again|later)|please retry|temporar(?:y|ily) (?:unavailable|failure|deferred|rejected|problem|error|lookup)|(?:service|system|server) (?:is )?(?:busy|not available|unavailable)|come back later|deferred/i,
    /^4/,
  ),
];

/** Words that are somebody's own; they win over any code. */
export const PROVIDER_RULES: readonly Rule[] = [
  ...MIDDLEBOX,
  ...GMAIL,
  ...MICROSOFT,
  ...CONSUMER,
  ...LISTS_AND_FILTERS,
];
/** Words that anybody writes; they win over codes that say no more than "no". */
export const COMMON_RULES: readonly Rule[] = ANYBODY;
