import { describe, expect, it } from 'vitest';
import { explainText, summarise } from '../../src/diagnosis/replies.ts';

type Row = readonly [text: string, code: number, enhanced: string | null, provider: string | null, cause: string];

/** Replies and bounces as people paste them. Hosts and addresses are of the documentation ranges. */
const SEEN: readonly Row[] = [
  // Firewalls and gateways
  ['500 #5.5.1 command not recognized', 500, '5.5.1', 'cisco-esa', 'asyncos-command'],
  ['Cannot connect to server (500 #5.5.1 command not recognized)', 500, '5.5.1', 'cisco-esa', 'asyncos-command'],
  ['ไม่สามารถเชื่อมต่อเซิร์ฟเวอร์ได้ (500 #5.5.1 command not recognized)', 500, '5.5.1', 'cisco-esa', 'asyncos-command'],
  ['421 Exceeded bad SMTP command limit, disconnecting.', 421, null, 'cisco-esa', 'asyncos-limit'],
  ['500 5.5.1 Command unrecognized: "XXXXXXXX"', 500, '5.5.1', 'cisco-firewall', 'rewritten-command'],
  ['500 Syntax error, command "XXXX" unrecognized', 500, null, 'cisco-firewall', 'rewritten-command'],
  ['220 ***************************2***********200***', 220, null, 'cisco-firewall', 'masked-greeting'],
  ['502 5.5.2 Error: command not recognized', 502, '5.5.2', null, 'command-syntax'],
  ['503 5.5.1 Error: authentication not enabled', 503, '5.5.1', null, 'auth-needs-encryption'],
  ['503 AUTH command used when not advertised', 503, null, null, 'auth-needs-encryption'],
  ['500 unrecognized command', 500, null, null, 'command-unknown'],
  ['451 4.3.0 Temporary lookup failure', 451, '4.3.0', null, 'directory-failure'],
  ['500 Unsupported command.', 500, null, 'norton-antivirus', 'antivirus-proxy'],
  // Gmail
  [
    '550-5.7.26 This mail has been blocked because the sender is unauthenticated.\n550-5.7.26 Gmail requires all senders to authenticate with either SPF or DKIM.\n550-5.7.26\n550-5.7.26  Authentication results:\n550-5.7.26  DKIM = did not pass\n550-5.7.26  SPF [example.com] with ip: [192.0.2.7] = did not pass\n550 5.7.26  https://support.google.com/mail/answer/81126#authentication d9443c01a7336-si42.11 - gsmtp',
    550,
    '5.7.26',
    'gmail',
    'unauthenticated',
  ],
  [
    "host gmail-smtp-in.l.google.com[192.0.2.26] said:\n    550-5.7.26 Unauthenticated email from example.com is not accepted due to\n    550-5.7.26 domain's DMARC policy. Please contact the administrator of\n    550-5.7.26 example.com domain if this was a legitimate mail. 550 5.7.26 - gsmtp (in reply to end of DATA command)",
    550,
    '5.7.26',
    'gmail',
    'dmarc-failed',
  ],
  [
    '550 5.7.26 The MAIL FROM domain [example.com] has an SPF record with a hard fail policy (-all) but it fails to pass SPF checks with the ip: [192.0.2.7].',
    550,
    '5.7.26',
    'gmail',
    'spf-failed',
  ],
  ['Gmail returns 5.7.26', 550, '5.7.26', 'gmail', 'unauthenticated'],
  ['ส่งไป Gmail แล้วขึ้น 550 5.7.26', 550, '5.7.26', 'gmail', 'unauthenticated'],
  [
    '421-4.7.0 Our system has detected an unusual rate of unsolicited mail originating\n421 4.7.0 from your IP address. - gsmtp',
    421,
    '4.7.0',
    'gmail',
    'rate-limited',
  ],
  [
    '550 5.7.30 This mail has been blocked because DKIM does not pass. Gmail requires all large senders to authenticate with DKIM.',
    550,
    '5.7.30',
    'gmail',
    'dkim-failed',
  ],
  [
    "550 5.7.29 Your email has been blocked because this message wasn't sent over a TLS connection. Gmail requires all bulk email senders to use TLS/SSL for SMTP connections.",
    550,
    '5.7.29',
    'gmail',
    'not-over-tls',
  ],
  ['421-4.7.0 This message does not have a PTR record\n421 4.7.0 - gsmtp', 421, '4.7.0', 'gmail', 'reverse-dns'],
  [
    "550-5.1.1 The email account that you tried to reach does not exist. Please try\n550-5.1.1 double-checking the recipient's email address for typos or\n550 5.1.1 unnecessary spaces. - gsmtp",
    550,
    '5.1.1',
    'gmail',
    'mailbox-unknown',
  ],
  [
    "452-4.2.2 The recipient's inbox is out of storage space. Please direct the\n452 4.2.2 recipient to https://support.google.com/mail/?p=OverQuotaTemp - gsmtp",
    452,
    '4.2.2',
    'gmail',
    'mailbox-full',
  ],
  [
    '550 5.4.5 Daily user sending limit exceeded. For more information on Gmail sending limits go to https://support.google.com/a/answer/166852 - gsmtp',
    550,
    '5.4.5',
    'gmail',
    'daily-limit',
  ],
  [
    '535-5.7.8 Username and Password not accepted. For more information, go to\n535 5.7.8 https://support.google.com/mail/?p=BadCredentials - gsmtp',
    535,
    '5.7.8',
    'gmail',
    'credentials',
  ],
  [
    '534-5.7.9 Application-specific password required. For more information, go to\n534 5.7.9 https://support.google.com/mail/?p=InvalidSecondFactor - gsmtp',
    534,
    '5.7.9',
    'gmail',
    'app-password',
  ],
  [
    '552-5.7.0 This message was blocked because its content presents a potential\n552 5.7.0 security issue. - gsmtp',
    552,
    '5.7.0',
    'gmail',
    'attachment-blocked',
  ],
  // Microsoft
  [
    "Remote Server returned '550 5.7.1 Unfortunately, messages from [192.0.2.7] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3150).'",
    550,
    '5.7.1',
    'outlook',
    'outlook-block-list',
  ],
  [
    '550 5.7.515 Access denied, sending domain EXAMPLE.COM does not meet the required authentication level.',
    550,
    '5.7.515',
    'outlook',
    'bulk-authentication',
  ],
  [
    "Remote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup'",
    550,
    '5.1.10',
    'exchange',
    'mailbox-unknown',
  ],
  [
    '550 5.4.1 Recipient address rejected: Access denied. For more information see https://aka.ms/EXOSmtpErrors [DB5EUR01FT042.eop-EUR01.prod.protection.outlook.com 2024-05-05T05:05:05.550Z 08DC6]',
    550,
    '5.4.1',
    'microsoft',
    'not-in-directory',
  ],
  [
    '550 5.7.606 Access denied, banned sending IP [192.0.2.7]. To request removal from this list please visit https://sender.office.com/',
    550,
    '5.7.606',
    'microsoft',
    'microsoft-delist',
  ],
  [
    '451 4.7.650 The mail server [192.0.2.7] has been temporarily rate limited due to IP reputation. (S775)',
    451,
    '4.7.650',
    'outlook',
    'rate-limited',
  ],
  [
    '550 5.7.509 Access denied, sending domain example.com does not pass DMARC verification and has a DMARC policy of reject.',
    550,
    '5.7.509',
    'microsoft',
    'dmarc-failed',
  ],
  [
    '550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP.',
    550,
    '5.7.708',
    'microsoft',
    'tenant-restricted',
  ],
  [
    '450 4.4.317 Cannot connect to remote server [Message=STARTTLS is required to send mail] [LastAttemptedServerName=mx.example.com]',
    450,
    '4.4.317',
    'microsoft',
    'tls-missing',
  ],
  ['450 4.7.323 tlsa-invalid: The domain failed DANE validation', 450, '4.7.323', 'microsoft', 'dane-failed'],
  [
    '535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.',
    535,
    '5.7.139',
    'microsoft',
    'smtp-auth-off',
  ],
  ['550 5.7.64 TenantAttribution; Relay Access Denied', 550, '5.7.64', 'microsoft', 'connector-mismatch'],
  [
    'user@example.com\n#< #5.1.1 smtp;550 5.1.1 RESOLVER.ADR.RecipNotFound; not found> #SMTP#',
    550,
    '5.1.1',
    'exchange',
    'mailbox-unknown',
  ],
  [
    '#550 5.7.1 RESOLVER.RST.AuthRequired; authentication required ##rfc822;all@example.com',
    550,
    '5.7.1',
    'exchange',
    'list-forbidden',
  ],
  [
    '550 5.4.316 Message expired, connection refused(Socket error code 10061)',
    550,
    '5.4.316',
    'microsoft',
    'connection-refused',
  ],
  ['554 5.4.14 Hop count exceeded - possible mail loop ATTR34', 554, '5.4.14', 'exchange', 'loop'],
  ['550 5.7.57 Client not authenticated to send mail. Error: 535 5.7.3', 550, '5.7.57', 'microsoft', 'auth-needed'],
  // Yahoo, Apple and others
  [
    '421 4.7.0 [TSS04] Messages from 192.0.2.7 temporarily deferred due to unexpected volume or user complaints - 4.16.55.1; see https://postmaster.yahooinc.com/error-codes',
    421,
    '4.7.0',
    'yahoo',
    'rate-limited',
  ],
  [
    '553 5.7.2 [TSS09] All messages from 192.0.2.7 will be permanently deferred; Retrying will NOT succeed.',
    553,
    '5.7.2',
    'yahoo',
    'ip-blocked',
  ],
  [
    "553 5.7.1 [BL21] Connections will not be accepted from 192.0.2.7, because the ip is in Spamhaus's list",
    553,
    '5.7.1',
    'spamhaus',
    'spamhaus-ip',
  ],
  [
    "554 delivery error: dd This user doesn't have a yahoo.com account (someone@yahoo.com) [0] - mta1.mail.yahoo.com",
    554,
    null,
    'yahoo',
    'mailbox-unknown',
  ],
  ['554 Message not allowed - [PH01] Email not accepted for policy reasons.', 554, null, 'yahoo', 'policy-content'],
  [
    '550 5.7.9 This mail has been blocked because the sender is unauthenticated. Yahoo requires all senders to authenticate with either SPF or DKIM.',
    550,
    '5.7.9',
    'yahoo',
    'unauthenticated',
  ],
  [
    '554 5.7.1 [HME1] This message was blocked for failing both SPF and DKIM authentication checks.',
    554,
    '5.7.1',
    'apple',
    'unauthenticated',
  ],
  ['550 5.7.1 [CS01] Message rejected due to local policy.', 550, '5.7.1', 'apple', 'policy-content'],
  [
    '552 5.2.2 <someone@icloud.com>: user is over quota (in reply to RCPT TO command)',
    552,
    '5.2.2',
    'apple',
    'mailbox-full',
  ],
  ['421 Trop de connexions, veuillez verifier votre configuration.', 421, null, 'orange', 'too-many-connections'],
  [
    '554 30 Sorry, your message to a@example.com cannot be delivered. This mailbox is disabled (554.30)',
    554,
    null,
    'yahoo',
    'mailbox-disabled',
  ],
  // Lists and filters
  [
    '554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using zen.spamhaus.org; https://www.spamhaus.org/query/ip/192.0.2.7',
    554,
    '5.7.1',
    'spamhaus',
    'spamhaus-ip',
  ],
  [
    '550 5.7.1 Blocked using dbl.spamhaus.org: https://www.spamhaus.org/query/dbl?domain=example.com',
    550,
    '5.7.1',
    'spamhaus',
    'spamhaus-domain',
  ],
  [
    '554 Service unavailable; Client host [mail.example.com] blocked using b.barracudacentral.org',
    554,
    null,
    'barracuda',
    'ip-listed',
  ],
  [
    '550 permanent failure for one or more recipients (someone@example.com:blocked)',
    550,
    null,
    'barracuda',
    'ip-blocked',
  ],
  ['554 5.7.1 Blocked - see https://www.spamcop.net/bl.shtml?192.0.2.7', 554, '5.7.1', 'spamcop', 'ip-listed'],
  [
    '550 Anti-Spoofing policy - Inbound not allowed - https://community.mimecast.com/docs/DOC-1369#550',
    550,
    null,
    'mimecast',
    'spoofing',
  ],
  [
    '451 Internal resources are temporarily unavailable - https://community.mimecast.com/docs/DOC-1369#451',
    451,
    null,
    'mimecast',
    'greylisted',
  ],
  [
    '452 4.5.3 Too many recipients - https://community.mimecast.com/docs/DOC-1369',
    452,
    '4.5.3',
    'mimecast',
    'too-many-recipients-inspected',
  ],
  ['554 Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.7', 554, null, 'proofpoint', 'ip-blocked'],
  ['451 4.7.6 STARTTLS required but not advertised', 451, '4.7.6', 'symantec', 'tls-missing'],
  // Postfix, Exim, Sendmail, qmail
  [
    '<someone@example.com>: host mx.example.com[192.0.2.25] said: 550 5.1.1\n    <someone@example.com>: Recipient address rejected: User unknown in virtual\n    mailbox table (in reply to RCPT TO command)',
    550,
    '5.1.1',
    null,
    'mailbox-unknown',
  ],
  ['450 4.7.25 Client host rejected: cannot find your hostname, [192.0.2.7]', 450, '4.7.25', null, 'reverse-dns'],
  [
    '450 4.2.0 <someone@example.com>: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/help/example.com.html',
    450,
    '4.2.0',
    null,
    'greylisted',
  ],
  ['554 5.7.1 <someone@example.org>: Relay access denied', 554, '5.7.1', null, 'relay-denied'],
  ['504 5.5.2 <PC01>: Helo command rejected: need fully-qualified hostname', 504, '5.5.2', null, 'helo-bad'],
  [
    '553 5.1.8 <www@web.invalid>... Domain of sender address www@web.invalid does not exist',
    553,
    '5.1.8',
    null,
    'sender-domain-bad',
  ],
  [
    '550-Verification failed for <someone@example.com>\r\n550-Unrouteable address\r\n550 Sender verify failed',
    550,
    null,
    null,
    'sender-unknown',
  ],
  [
    '  someone@example.com\n    SMTP error from remote mail server after RCPT TO:<someone@example.com>:\n    550 No such user here',
    550,
    null,
    null,
    'mailbox-unknown',
  ],
  [
    'SMTP error from remote mail server after RCPT TO:<someone@example.com>: host mx.example.com [192.0.2.25]: 451 Temporary local problem - please try later',
    451,
    null,
    null,
    'try-later',
  ],
  [
    '<someone@example.com>:\n192.0.2.25 does not like recipient.\nRemote host said: 550 sorry, no mailbox here by that name (#5.1.1)\nGiving up on 192.0.2.25.',
    550,
    '5.1.1',
    null,
    'mailbox-unknown',
  ],
  ["553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", 553, '5.7.1', null, 'relay-denied'],
  [
    '   ----- Transcript of session follows -----\n... while talking to mx.example.com.:\n>>> DATA\n<<< 552 5.3.4 Message size exceeds fixed limit',
    552,
    '5.3.4',
    null,
    'message-too-big',
  ],
  [
    'Diagnostic-Code: smtp; 550-5.7.1 [192.0.2.7] Our system has detected that this message is\n 550-5.7.1 likely unsolicited mail. To reduce the amount of spam sent to Gmail,\n 550 5.7.1 this message has been blocked.',
    550,
    '5.7.1',
    'gmail',
    'spam-content',
  ],
  [
    'Action: failed\nStatus: 5.4.4\nDiagnostic-Code: X-Postfix; Host or domain name not found. Name service error for name=example.invalid type=MX: Host not found',
    550,
    '5.4.4',
    null,
    'no-route',
  ],
  [
    'postfix/smtp[4711]: 4F2kX1abcd: to=<someone@example.com>, relay=mx.example.com[192.0.2.25]:25, delay=550, delays=250/0/0.5/0.5, dsn=5.7.1, status=bounced (host mx.example.com[192.0.2.25] said: 554 5.7.1 Rejected because of bad reputation (in reply to RCPT TO command))',
    554,
    '5.7.1',
    null,
    'reputation',
  ],
  // Programs
  [
    'SMTP Error (550): Failed to add recipient "someone@example.com" (5.1.1 <someone@example.com>: Recipient address rejected: User unknown).',
    550,
    '5.1.1',
    null,
    'mailbox-unknown',
  ],
  [
    "smtplib.SMTPAuthenticationError: (535, b'5.7.8 Error: authentication failed: UGFzc3dvcmQ6')",
    535,
    '5.7.8',
    null,
    'credentials',
  ],
  ['The server responded: 552 5.2.2 Over quota', 552, '5.2.2', null, 'mailbox-full'],
  [
    "Server error: '554 5.7.1 <a@example.com>: Sender address rejected: not logged in'",
    554,
    '5.7.1',
    null,
    'sender-unknown',
  ],
  // Codes that the words contradict, and words that are not only one provider's
  [
    '530-5.5.1 Authentication Required. Learn more at\n530 5.5.1  https://support.google.com/mail/?p=WantAuthError - gsmtp',
    530,
    '5.5.1',
    'gmail',
    'auth-needed',
  ],
  ['535 5.7.3 Authentication unsuccessful', 535, '5.7.3', null, 'credentials'],
  [
    '535 5.7.3 Authentication unsuccessful [SG2PR01CA0123.apcprd01.prod.exchangelabs.com]',
    535,
    '5.7.3',
    'microsoft',
    'credentials',
  ],
  [
    '535 5.7.139 Authentication unsuccessful, the user credentials were incorrect.',
    535,
    '5.7.139',
    'microsoft',
    'credentials',
  ],
  ['500 5.3.3 Unrecognized command', 500, '5.3.3', null, 'command-unknown'],
  ['450 4.3.2 Service currently unavailable', 450, '4.3.2', null, 'try-later'],
  ['421 4.3.2 Service not active', 421, '4.3.2', null, 'not-now'],
  ['421 4.3.2 Connection rate limit exceeded.', 421, '4.3.2', null, 'too-many-connections'],
  [
    '432 4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending for more information.',
    432,
    '4.3.2',
    null,
    'too-many-connections',
  ],
  ['432 4.3.2 STOREDRV.Deliver; recipient thread limit exceeded', 432, '4.3.2', null, 'mailbox-rate'],
  ['521 5.3.2 mx.example.com does not accept mail', 521, '5.3.2', null, 'takes-no-mail'],
  ['450 4.4.315 Connection timed out [Message=Socket error code 10060]', 450, '4.4.315', 'microsoft', 'no-answer'],
  ["450 4.4.8 MX hosts of 'example.com' failed MTA-STS validation.", 450, '4.4.8', null, 'mta-sts-failed'],
  [
    '550 5.7.520 Access denied, Your organization does not allow external forwarding. AS(7555)',
    550,
    '5.7.520',
    'microsoft',
    'forwarding-off',
  ],
  [
    "550 5.7.193 UnifiedGroupAgent; Delivery failed because the sender isn't a group member.",
    550,
    '5.7.193',
    'microsoft',
    'list-forbidden',
  ],
  [
    '450 4.7.26 Service does not accept messages sent over IPv6 [2001:db8::7] unless they pass either SPF or DKIM validation (message not signed) [AM6EUR05FT030.eop-eur05.prod.protection.outlook.com]',
    450,
    '4.7.26',
    'microsoft',
    'unauthenticated',
  ],
  [
    '550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302). [VE1EUR03FT003.eop-EUR03.prod.protection.outlook.com]',
    550,
    '5.5.0',
    'outlook',
    'mailbox-unknown',
  ],
  ['5.7.60 SMTP; Client does not have permissions to send as this sender', 550, '5.7.60', 'exchange', 'sender-unknown'],
  [
    'The server response was: 5.7.60 SMTP; Client does not have permissions to send as this sender',
    550,
    '5.7.60',
    'exchange',
    'sender-unknown',
  ],
  ['554 5.7.1 <someone@example.com>: Recipient address rejected: Access denied', 554, '5.7.1', null, 'policy'],
  [
    '450 4.7.1 <someone@example.com>: Recipient address rejected: Policy Rejection- Please try later.',
    450,
    '4.7.1',
    null,
    'policy',
  ],
  [
    '450 4.1.1 <someone@example.com>: Recipient address rejected: unverified address: connect to 192.0.2.1[192.0.2.1]:25: Connection refused',
    450,
    '4.1.1',
    null,
    'directory-failure',
  ],
  [
    '450 4.7.1 <someone@example.com>: Sender address rejected: Rate limit exceeded, please try again later',
    450,
    '4.7.1',
    null,
    'rate-limited',
  ],
  ['504 5.5.2 <root>: Sender address rejected: need fully-qualified address', 504, '5.5.2', null, 'sender-syntax'],
  ['553 5.5.4 <root>... Domain name required for sender address root', 553, '5.5.4', null, 'sender-syntax'],
  ['450 4.7.1 Error: too much mail from 192.0.2.7', 450, '4.7.1', null, 'rate-limited'],
  ['421 Too many concurrent SMTP connections; please try again later.', 421, null, null, 'too-many-connections'],
  ['421 #4.4.5 Too many connections from your host.', 421, '4.4.5', null, 'too-many-connections'],
  ['421 #4.4.5 Too many connections to this listener.', 421, '4.4.5', null, 'congestion'],
  [
    '550 #5.7.1 Your access to submit messages to this e-mail system has been rejected.',
    550,
    '5.7.1',
    'cisco-esa',
    'ip-blocked',
  ],
  ['452 Too many recipients received this hour', 452, null, null, 'rate-limited'],
  [
    'to=<someone@example.com>, relay=mx.example.com[192.0.2.25]:25, dsn=4.7.4, status=deferred (TLS is required, but was not offered by host mx.example.com[192.0.2.25])',
    450,
    '4.7.4',
    null,
    'tls-missing',
  ],
  ['554 5.7.1 Spam message rejected', 554, '5.7.1', null, 'spam-content'],
  [
    '550 spam message rejected. Please visit http://help.mail.ru/notspam-support/id?c=abc',
    550,
    null,
    'mailru',
    'spam-content',
  ],
  [
    '554 5.7.1 This email from IP 192.0.2.7 has been rejected. The email message was detected as spam.',
    554,
    '5.7.1',
    null,
    'spam-content',
  ],
  [
    '554 5.7.1 The message matches a profile the Internet community may consider spam.',
    554,
    '5.7.1',
    null,
    'spam-content',
  ],
  ['550 5.7.1 Message content rejected due to possible spam', 550, '5.7.1', null, 'spam-content'],
  ['554 5.7.1 Your host must have a PTR record', 554, '5.7.1', null, 'reverse-dns'],
  ['550 5.7.1 Complaints are attributed to your address', 550, '5.7.1', null, 'not-authorised'],
  ['554 5.7.0 Reject, id=12345-06 - BANNED: .exe,.exe-ms,setup.exe', 554, '5.7.0', null, 'attachment-blocked'],
  ['550 5.7.1 Message rejected: attachment invoice.zip is not allowed', 550, '5.7.1', null, 'attachment-blocked'],
  ['454 Throttling failure: Daily message quota exceeded.', 454, null, null, 'daily-limit'],
  [
    '550 5.4.6 Unusual sending activity detected. Please try after sometime.',
    550,
    '5.4.6',
    'zoho',
    'account-blocked-spam',
  ],
  ['553 Relaying disallowed as someone@example.com', 553, null, 'zoho', 'sender-unknown'],
  ['550 The from address does not match a verified Sender Identity.', 550, null, null, 'sender-unknown'],
  [
    '421 4.7.0 [TSS02] Messages from 192.0.2.7 temporarily deferred - 4.16.56.1; see https://postmaster.yahooinc.com/error-codes',
    421,
    '4.7.0',
    'yahoo',
    'rate-limited',
  ],
  [
    "554 5.7.1 Your message was rejected due to example.com's DMARC policy. See https://support.apple.com/en-us/HT204137 for info",
    554,
    '5.7.1',
    'apple',
    'dmarc-failed',
  ],
  [
    '554-web.de (mxweb006) Nemesis ESMTP Service not available\n554-No SMTP service\n554-Bad DNS PTR resource record.\n554 For explanation visit https://postmaster.web.de/error-messages?ip=192.0.2.7&c=rdns',
    554,
    null,
    'gmx',
    'reverse-dns',
  ],
  [
    '550-Requested action not taken: mailbox unavailable\n550-Reject due to SPF policy.\n550 For explanation visit https://postmaster.gmx.net/en/error-messages',
    550,
    null,
    'gmx',
    'spf-failed',
  ],
  ['550 Mail content denied. http://service.mail.qq.com/cgi-bin/help?subtype=1', 550, null, 'qq', 'spam-content'],
  ['550 Connection denied. http://service.mail.qq.com/cgi-bin/help?subtype=1', 550, null, 'qq', 'ip-blocked'],
  ['550 Ip frequency limited. http://service.mail.qq.com/cgi-bin/help?subtype=1', 550, null, 'qq', 'rate-limited'],
  [
    '554 DT:SPM 163 mx36,UMCowAB3,1701 http://mail.163.com/help/help_spam_16.htm?ip=192.0.2.7',
    554,
    null,
    null,
    'spam-content',
  ],
  ['550 4.2.1 The user you are trying to contact is receiving mail too quickly', 550, '4.2.1', null, 'mailbox-rate'],
  [
    '503 This mail server requires authentication when attempting to send to a non-local e-mail address.',
    503,
    null,
    null,
    'auth-needed',
  ],
  ['550 not local host example.com, not a gateway', 550, null, null, 'relay-denied'],
  ['550 Your host name does not match your IP address', 550, null, null, 'reverse-dns'],
  [
    '451-192.0.2.7 is not yet authorized to deliver mail from\n451 <a@example.com> to <b@example.org>. Please try later.',
    451,
    null,
    null,
    'greylisted',
  ],
  ["ข้อผิดพลาดในการส่ง (0x800CCC79): 'เซิร์ฟเวอร์ปฏิเสธผู้รับ: 550 relay not permitted'", 550, null, null, 'relay-denied'],
  // Where the code misleads, or says less than the words
  [
    '534-5.7.14 <https://accounts.google.com/signin/continue> Please log in via your web browser and then try again. Learn more at https://support.google.com/mail/answer/78754 - gsmtp',
    534,
    '5.7.14',
    'gmail',
    'web-login',
  ],
  [
    '432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded [Hostname=X]',
    432,
    '4.3.2',
    null,
    'too-many-connections',
  ],
  [
    '450 4.7.320 Certificate validation failed. [Message=CertificateExpired]',
    450,
    '4.7.320',
    null,
    'certificate-expired',
  ],
  ['550 5.7.228 Access denied, message contains a malicious URL', 550, '5.7.228', null, 'policy-content'],
  [
    '421 4.7.1 [TSS03] All messages from 192.0.2.5 will be temporarily deferred; Retrying will NOT succeed.',
    421,
    '4.7.1',
    'yahoo',
    'rate-limited',
  ],
  ['535 5.7.0 (#MBR1212) Incorrect username or password.', 535, '5.7.0', null, 'credentials'],
  ['535 5.7.0 (#AUTH005) Too many bad auth attempts.', 535, '5.7.0', null, 'credentials'],
  ['541 5.4.1 Mail rejected by destination domain', 541, '5.4.1', 'zoho', 'policy'],
  ['554 5.1.8 Email Outgoing Blocked.', 554, '5.1.8', 'zoho', 'account-blocked-spam'],
  [
    '535 5.7.0 NEOBHODIM parol prilozheniya https://help.mail.ru/mail/security/protection/external / Application password is REQUIRED',
    535,
    '5.7.0',
    'mailru',
    'app-password',
  ],
  [
    '550 Requested action not taken: mailbox unavailable Sender address is not allowed.',
    550,
    null,
    null,
    'sender-unknown',
  ],
  [
    '550 Rejected by header based manually Blocked Senders - https://community.mimecast.com/docs/DOC-1369#550',
    550,
    null,
    'mimecast',
    'recipient-block-list',
  ],
  [
    '450 4.7.1 Service temporarily unavailable; Client host [192.0.2.5] blocked using Trend Micro Email Reputation Service; Mail from 192.0.2.5 deferred using Trend Micro',
    450,
    '4.7.1',
    'trendmicro',
    'ip-listed',
  ],
  [
    '550 5.7.1 This message has been blocked because it contains FortiSpamshield blocking URL(s).',
    550,
    '5.7.1',
    null,
    'policy-content',
  ],
  [
    '550 Domain example.com has exceeded the max defers and failures per hour (5/5 (100%)) allowed. Message discarded.',
    550,
    null,
    null,
    'rate-limited',
  ],
  ['550 SPF: 192.0.2.5 is not allowed to send mail from example.com', 550, null, null, 'spf-failed'],
  ['550 Outgoing mail from "info@example.com" has been suspended.', 550, null, null, 'account-blocked-spam'],
  ['550 message has lines too long for transport', 550, null, null, 'line-too-long'],
  ['550 maximum allowed line length is 998 octets, got 1204', 550, null, null, 'line-too-long'],
  ['550 5.7.1 Blocked by SpamAssassin', 550, '5.7.1', null, 'spam-content'],
  ['554 5.0.0 MX list for example.com. points back to mail.example.com', 554, '5.0.0', null, 'loop'],
  ['452 4.4.5 Insufficient disk space; try again later', 452, '4.4.5', null, 'system-full'],
  ['553 sorry, your envelope sender is in my badmailfrom list (#5.7.1)', 553, '5.7.1', 'qmail', 'recipient-block-list'],
  ['451 See http://pobox.com/~djb/docs/smtplf.html.', 451, null, 'qmail', 'bare-newline'],
  [
    '421 4.2.1 Unable to connect. Attempted failover to alternate host, but that did not succeed. Either there are no alternate hosts, or delivery failed to all alternate hosts.',
    421,
    '4.2.1',
    'exchange',
    'no-answer',
  ],
  ['#< #5.7.1 smtp;550 5.7.1 You are not allowed to send to this list> #SMTP#', 550, '5.7.1', null, 'list-forbidden'],
  ['550 Delivery is not allowed to this address.', 550, null, null, 'relay-denied'],
  ['421 4.7.1 Intrusion prevention active for [192.0.2.5][S]', 421, '4.7.1', null, 'ip-blocked'],
  ['554 5.7.1 : Sender address rejected: Please use SMTP authentication', 554, '5.7.1', null, 'auth-needed'],
  ['501 5.5.4 HELO requires domain address', 501, '5.5.4', null, 'helo-bad'],
  [
    'An error occurred while sending mail: The mail server sent an incorrect greeting: 421 too many connections.',
    421,
    null,
    null,
    'too-many-connections',
  ],
  ['451 4.4.62 Mail sent to the wrong Office 365 region. ATTR35', 451, '4.4.62', 'microsoft', 'network-problem'],
  ['553 5.7.1 Sender is not allowed to relay emails (zoho)', 553, '5.7.1', 'zoho', 'sender-unknown'],
  ['554 5.7.1 The message from <someone@example.com> exceeded the allowed number of hops', 554, '5.7.1', null, 'loop'],
  ["552 5.7.0 Number of 'Received:' headers exceeds maximum permitted", 552, '5.7.0', null, 'loop'],
  [
    '550 The mail server could not deliver mail to someone@example.com.  The account or domain may not exist, they may be blacklisted, or missing the proper dns entries.',
    550,
    null,
    null,
    'refused',
  ],
  [
    '550-Callback setup failed while verifying <someone@example.com>\n550-The initial connection, or a HELO or MAIL FROM:<> command was rejected',
    550,
    null,
    'exim',
    'sender-unknown',
  ],
  ['550 Mailbox someone@example.com is inactive', 550, null, null, 'mailbox-disabled'],
  ['551 User not local; please try <y@example.org>', 551, null, null, 'not-local'],
  ['550 5.7.0 Message Size Violation', 550, '5.7.0', null, 'message-too-big'],
  ['454 4.7.5 Certificate validation failure, Reason:UntrustedRoot', 454, '4.7.5', null, 'certificate-unverified'],
  [
    '454 4.7.0 Temporary authentication failure: Connection lost to authentication server',
    454,
    '4.7.0',
    null,
    'tls-or-auth-for-now',
  ],
  // Codes alone
  ['556 5.1.10 Recipient address has null MX', 556, '5.1.10', null, 'null-mx-recipient'],
  ['550 5.7.27 Sender address has null MX', 550, '5.7.27', null, 'null-mx-sender'],
  ['550 5.7.29', 550, '5.7.29', null, 'arc'],
  ['550 5.7.30 REQUIRETLS needed', 550, '5.7.30', null, 'requiretls'],
  ['5.7.26', 550, '5.7.26', null, 'authentication-failed'],
  ['4.2.2', 450, '4.2.2', null, 'mailbox-full'],
  ['550', 550, null, null, 'refused'],
  ['599 something odd', 599, null, null, 'permanent'],
  ['499 something odd', 499, null, null, 'transient'],
];

describe('a reply or bounce as people paste it', () => {
  it.each(SEEN)('%s', (text, code, enhanced, provider, cause) => {
    const { replies } = explainText(text);
    const [first] = replies;
    expect(replies.map((reply) => [reply.code, reply.enhanced])).toEqual([[code, enhanced]]);
    expect(first?.cause).toBe(cause);
    expect(first?.provider).toBe(provider);
  });

  it('holds enough of them', () => {
    expect(SEEN.length).toBeGreaterThan(80);
  });
});

describe('the class', () => {
  it.each([
    ['220 ready', 'success'],
    ['354 go ahead', 'intermediate'],
    ['451 later', 'transient'],
    ['554 no', 'permanent'],
  ])('of %s is %s', (text, replyClass) => {
    expect(explainText(text).replies[0]?.class).toBe(replyClass);
  });

  it('is said in the words: a 4xx is temporary, a 5xx is not', () => {
    const [later] = explainText('450 4.2.2 Mailbox full').replies;
    const [never] = explainText('550 5.2.2 Mailbox full').replies;
    expect(later?.meaning.en).toMatch(/temporary/);
    expect(later?.meaning.th).toMatch(/ชั่วคราว/);
    expect(never?.meaning.en).not.toMatch(/temporary/);
  });

  it('of a 2.x.x is success, whatever the number would mean as a refusal', () => {
    const [reply] = explainText('250 2.2.2 fine').replies;
    expect(reply).toMatchObject({ class: 'success', cause: 'done' });
  });
});

describe('two replies that say the same', () => {
  it('are one in a bounce, the fuller one', () => {
    const bounce = [
      'Delivery has failed to these recipients:',
      "Remote Server returned '550 no such user'",
      '',
      'Diagnostic-Code: smtp; 550 5.1.1 no such user',
      'Status: 5.1.1',
    ].join('\n');
    const { replies } = explainText(bounce);
    expect(replies.map(({ code, enhanced }) => [code, enhanced])).toEqual([[550, '5.1.1']]);
  });

  it('are one in Sendmail’s notice, which shows the dialogue too', () => {
    const { replies } = explainText(
      [
        '   ----- The following addresses had permanent fatal errors -----',
        '<a@example.com>',
        '    (reason: 550 5.1.1 <a@example.com>... User unknown)',
        '',
        '   ----- Transcript of session follows -----',
        '... while talking to mx.example.com.:',
        '>>> DATA',
        '<<< 550 5.1.1 <a@example.com>... User unknown',
        '550 5.1.1 <a@example.com>... User unknown',
        '<<< 503 5.0.0 Need RCPT (recipient)',
      ].join('\n'),
    );
    expect(replies.map(({ code, enhanced }) => [code, enhanced])).toEqual([
      [550, '5.1.1'],
      [503, '5.0.0'],
    ]);
  });

  it('stay two in a session', () => {
    const { replies } = explainText('RCPT TO:<a@example.com>\n250 ok\nRCPT TO:<b@example.com>\n250 ok');
    expect(replies).toHaveLength(2);
  });

  it('stay two where each stands on its own line', () => {
    const { replies } = explainText('250 ok\n550 5.1.1 unknown\n550 5.7.1 x\n550 no\n250 ok');
    expect(replies.map(({ code }) => code)).toEqual([250, 550, 550, 550, 250]);
  });

  it('stay two in a bounce where their codes give different reasons', () => {
    const { replies } = explainText(
      'Diagnostic-Code: smtp; 550 5.1.1 unknown\n\nDiagnostic-Code: smtp; 550 5.7.1 x\n\nDiagnostic-Code: smtp; 550 5.0.0 x',
    );
    expect(replies.map(({ enhanced }) => enhanced)).toEqual(['5.1.1', '5.7.1']);
  });

  it('never both disappear', () => {
    const notice =
      "host outlook.com said: '550 5.2.2 full' and then '550 5.2.2 full' Remote Server returned '550 5.2.2 x'";
    expect(explainText(notice).replies).toHaveLength(1);
  });
});

describe('the summary', () => {
  const both = (text: string): string[] => (['en', 'th'] as const).map((lang) => summarise(explainText(text), lang));
  const explainsWithoutReply = (text: string, inEnglish: RegExp, inThai: RegExp) => {
    expect(explainText(text).replies).toEqual([]);
    const [en, th] = both(text);
    expect(en).toMatch(inEnglish);
    expect(th).toMatch(inThai);
    expect(th).toMatch(/วิธีแก้: /);
  };

  it('of an Android phone’s 500 #5.5.1 names the server behind, the firewall in front, the cure and what to do meanwhile', () => {
    for (const words of both('Cannot connect to server (500 #5.5.1 command not recognized)')) {
      for (const fact of [
        /AsyncOS/,
        /PIX, ASA/,
        /EHLO/,
        /HELO/,
        /Android/,
        /no inspect esmtp/,
        /no fixup protocol smtp 25/,
        /587/,
      ]) {
        expect(words).toMatch(fact);
      }
    }
    expect(explainText('500 #5.5.1 command not recognized').replies[0]?.article).toBe('ehlo-helo-cisco');
  });

  it('of a session behind a masked greeting is about the mask, not about the command that it spoilt', () => {
    for (const code of [
      '500 5.3.3 Unrecognized command',
      '502 5.5.2 Error: command not recognized',
      '500 5.5.1 what',
    ]) {
      for (const words of both(`220 ****************\nEHLO a\n${code}\nHELO a\n250 mx.example.com`)) {
        expect(words).toMatch(/PIX, ASA/);
      }
    }
    const [refused] = both('220 ****************\nRCPT TO:<a@b.example>\n550 5.1.1 unknown');
    expect(refused).toMatch(/^The server has no mailbox of that name\./);
  });

  it('of Gmail’s 5.7.26 says who refuses, why, and what to publish', () => {
    for (const words of both('Gmail returns 5.7.26')) {
      for (const fact of [/^Gmail/, /SPF/, /DKIM/, /From/]) expect(words).toMatch(fact);
    }
  });

  it('is about the gravest reply, and counts the others', () => {
    const [en, th] = both('RCPT TO:<a@b.example>\n450 4.2.2 full\nRCPT TO:<c@b.example>\n550 5.1.1 unknown');
    expect(en).toMatch(/^The server has no mailbox of that name\./);
    expect(en).toMatch(/One more reply refuses something/);
    expect(th).toMatch(/อีก 1 รายการ/);
  });

  it('of a session without a refusal says so', () => {
    const [en, th] = both('220 mx.example.com\nEHLO a\n250 mx.example.com\nQUIT\n221 bye');
    expect(en).toMatch(/3 replies/);
    expect(th).toMatch(/3 คำตอบ/);
  });

  it.each([
    ['(connect to mx.test[192.0.2.5]:25: Connection timed out)', /does not answer/, /ไม่ตอบ/],
    ['(connect to mx.test[2001:db8::5]:25: No route to host)', /does not answer/, /ไม่ตอบ/],
    ['(conversation with mx.test[192.0.2.5] timed out while receiving the initial server greeting)', /answer/, /ไม่ตอบ/],
    ['T=remote_smtp: all hosts for "dom.test" have been failing for a long time', /does not answer/, /ไม่ตอบ/],
    ['stat=Deferred: Connection timed out with mx.test.', /does not answer/, /ไม่ตอบ/],
    ['H=mx.test [192.0.2.5] Connection refused', /connection was refused/, /ถูกปฏิเสธ/],
    ['stat=Deferred: Connection refused by mx.test.', /connection was refused/, /ถูกปฏิเสธ/],
    ['(lost connection with mx.test[192.0.2.5] while sending RCPT TO)', /connection was lost/, /ขาดกลางคัน/],
    ['Host or domain name not found. Name service error for name=dom.test type=MX: Host not found', /No way/, /ไม่พบ/],
    ['Name service error for name=dom.test type=MX: Host not found, try again', /look-up failed/, /ค้นข้อมูลไม่สำเร็จ/],
    ['TLS is required, but was not offered by host mx.test[192.0.2.5]', /only over TLS/, /ผ่าน TLS เท่านั้น/],
  ])('of what a sending server noted of its own says what it means: %s', explainsWithoutReply);

  it.each([
    ['0x800CCC0E', /cannot connect to its server/, /เชื่อมต่อเซิร์ฟเวอร์ไม่ได้/],
    ['Outlook ขึ้น 0x800ccc0f ตอนส่งเมล', /connection was lost/, /ขาดกลางคัน/],
    [
      "The host 'SMTP' could not be found. Account: 'x', Server: 'mail.example.com', Protocol: SMTP, Port: 25, Secure(SSL): No, Socket Error: 11001, Error Number: 0x800CCC0D",
      /cannot find a server/,
      /ไม่พบ/,
    ],
    ['error 800ccc0b', /busy/, /ไม่ว่าง/],
    ["Task 'a@example.com - Sending' reported error (0×800CCC13)", /connection was lost/, /ขาดกลางคัน/],
    ['0x800CCC19', /until its time ran out/, /จนหมดเวลา/],
    ['0x800CCC1A', /no encrypted connection/, /แบบเข้ารหัสไม่สำเร็จ/],
    ['ข้อผิดพลาด0x800CCC60', /does not speak SMTP/, /ไม่ได้พูด SMTP/],
    ['0x800CCC62', /does not know the command/, /ไม่รู้จักคำสั่ง/],
    ['0x800CCC69', /mailbox does not exist, or a policy/, /ไม่มีกล่องจดหมายนี้/],
    ['0x800CCC6F', /refuses the whole transaction/, /ปฏิเสธ/],
    ['0x800CCC78', /does not accept the sender/, /ผู้ส่ง/],
    ['0x800CCC79', /refuses a recipient/, /ปฏิเสธผู้รับ/],
    ['0x800CCC7C', /wants the connection encrypted/, /ต้องการให้เข้ารหัส/],
    ['0x800CCC7D', /no encrypted connection/, /แบบเข้ารหัสไม่สำเร็จ/],
    ['0x800CCC80', /no login method that both/, /วิธีล็อกอิน/],
    [
      "Protocol: POP3, Server Response: '-ERR Login failed.', Port: 995, Secure(SSL): Yes, Server Error: 0x800CCC90, Error Number: 0x800CCC92",
      /user name or the password/,
      /รหัสผ่าน/,
    ],
    ['0x80042108', /cannot connect to its server/, /เชื่อมต่อเซิร์ฟเวอร์ไม่ได้/],
    ["Sending' reported error (0x8004210B) : 'The operation timed out'", /until its time ran out/, /จนหมดเวลา/],
    ['0x800408FC', /cannot find a server/, /ไม่พบ/],
  ])('of a number that Outlook shows in place of a reply says what it means: %s', explainsWithoutReply);

  it.each([
    ['retry timeout exceeded', /until its time ran out/, /จนหมดเวลา/],
    ['mail for dom.test loops back to myself', /round in circles/, /วนลูป/],
    ["The recipient's mailbox is full and can't accept messages now.", /is full/, /เต็ม/],
    ["Your message wasn't delivered because the address couldn't be found", /no mailbox of that name/, /ไม่มีกล่องจดหมาย/],
    [
      'The recipient server did not accept our requests to connect. [mx.test 192.0.2.5: timed out]',
      /does not answer/,
      /ไม่ตอบ/,
    ],
    ["DNS type 'mx' lookup of dom.test responded with code NXDOMAIN", /No way/, /ไม่พบ/],
    [
      'There was a temporary problem delivering your message. Gmail will retry for 46 more hours.',
      /try again later/,
      /ลองใหม่ภายหลัง/,
    ],
  ])('of a notice that quotes no reply says what it means: %s', explainsWithoutReply);

  it.each([
    ['The user name or password for “smtp.dom.test” is incorrect.', /user name or the password/, /รหัสผ่าน/],
    ['SMTP Error: Could not authenticate.', /user name or the password/, /รหัสผ่าน/],
    ['ชื่อผู้ใช้หรือรหัสผ่านไม่ถูกต้อง', /user name or the password/, /รหัสผ่าน/],
    ['Unable to authenticate to Outgoing server (SMTP) smtp.dom.test.', /user name or the password/, /รหัสผ่าน/],
    ['The recipient was rejected by the server because it does not allow relaying.', /has not logged in/, /ไม่ได้ล็อกอิน/],
    [
      'The connection to the outgoing server “smtp.dom.test” failed.',
      /cannot connect to its server/,
      /เชื่อมต่อเซิร์ฟเวอร์ไม่ได้/,
    ],
    ['connecting to Outgoing server (SMTP) smtp.dom.test failed', /cannot connect to its server/, /เชื่อมต่อเซิร์ฟเวอร์ไม่ได้/],
    ['SMTP connect() failed.', /cannot connect to its server/, /เชื่อมต่อเซิร์ฟเวอร์ไม่ได้/],
    ['ไม่สามารถเชื่อมต่อกับเซิร์ฟเวอร์', /cannot connect to its server/, /เชื่อมต่อเซิร์ฟเวอร์ไม่ได้/],
    ['php_network_getaddresses: getaddrinfo failed: Name or service not known', /cannot find a server/, /ไม่พบ/],
    [
      "Couldn't open connection to server: javax.net.ssl.SSLHandshakeException",
      /no encrypted connection/,
      /แบบเข้ารหัสไม่สำเร็จ/,
    ],
    [
      'CertPathValidatorException: Trust anchor for certification path not found.',
      /does not trust the certificate/,
      /ไม่เชื่อถือใบรับรอง/,
    ],
  ])('of what a mail program says of its own says what it means: %s', explainsWithoutReply);

  it('of a number beside the server’s own refusal keeps to the server', () => {
    const explained = explainText(
      "Server Response: '550 5.1.1 user unknown', Port: 25, Secure(SSL): No, Server Error: 550, Error Number: 0x800CCC79",
    );
    expect(explained.note).toBeNull();
    expect(summarise(explained, 'en')).toMatch(/no mailbox of that name/);
  });

  it('of a number beside a reply that agrees keeps to the number', () => {
    const explained = explainText(
      "Server Response: '250 DSN', Port: 25, Secure(SSL): Yes, Server Error: 250, Error Number: 0x800CCC7D",
    );
    expect(explained.replies.map(({ code }) => code)).toContain(250);
    expect(summarise(explained, 'en')).toMatch(/no encrypted connection/);
  });

  it.each(['0x80040119', '0x800CCC81', '80042108', '0x800CCC0E1', 'id-800ccc0e', '0x800CCC'])(
    'of a number that says nothing certain, or is none, asks for a reply: %s',
    (text) => {
      expect(both(text)[0]).toMatch(/no SMTP reply/);
    },
  );

  it('of a text without a reply asks for one', () => {
    const [en, th] = both('my mail does not work');
    expect(en).toMatch(/no SMTP reply/);
    expect(th).toMatch(/ไม่พบคำตอบ SMTP/);
  });

  it('is two or three sentences, not an essay', () => {
    for (const [text] of SEEN) {
      const [en = '', th = ''] = both(text);
      expect(en.length).toBeLessThan(700);
      expect(th.length).toBeLessThan(700);
    }
  });
});

describe('Thai', () => {
  it('has blanks around a Latin name and none around its own words', () => {
    expect(explainText('552 5.3.4 x').replies[0]?.meaning.th).toBe('จดหมายใหญ่เกินกว่าที่เซิร์ฟเวอร์รับได้');
    expect(explainText('552 5.3.4 x - gsmtp').replies[0]?.meaning.th).toBe('จดหมายใหญ่เกินกว่าที่ Gmail รับได้');
    expect(explainText('451 4.7.1 Greylisted').replies[0]?.meaning.th).toMatch(/^เซิร์ฟเวอร์ตั้งใจ/);
  });
});

describe('a stranger’s words', () => {
  it('never get into meaning, fix or summary', () => {
    const { replies } = explainText('550 5.1.1 <script>EVIL</script> {who} {count} user unknown');
    for (const { meaning, fix } of replies) {
      for (const words of [meaning.en, meaning.th, fix.en, fix.th]) expect(words).not.toMatch(/EVIL|\{|script/);
    }
    expect(summarise(explainText('550 EVIL'), 'en')).not.toMatch(/EVIL/);
  });

  it('are quoted printable', () => {
    const [reply] = explainText('550 5.1.1 \u001b[31mred\u202e').replies;
    expect(reply?.lines).toEqual(['5.1.1 \\u{1b}[31mred\\u{202e}']);
  });
});
