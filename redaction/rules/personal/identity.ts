import type { Rule } from '../../rule.ts';
import { bounded, personal } from './personal-rule.ts';

/** Looked for only where a policy asks for it: by default user names and hosts are evidence and stay. */
export const identityRules: readonly Rule[] = [
  personal({
    id: 'home-path',
    kind: 'user-name',
    literals: ['/home/', '/users/', '\\users\\', '\\users\\\\', 'documents and settings'],
    pattern:
      '(?:(?:^|[^A-Za-z0-9._-])/(?:home|Users)/|\\\\{1,2}[Uu]sers\\\\{1,2}|\\\\{1,2}Documents and Settings\\\\{1,2})([^/\\\\\\s"\':;,<>|*?]{1,64})',
    group: 1,
    validator: 'personalAccount',
    positives: ['/home/jdoe/.ssh/id_rsa', 'C:\\Users\\Jane.Doe\\x.exe', '/Users/jane/Library'],
    negatives: ['C:\\Users\\Public\\x.exe', '/home/ubuntu/x', '/usr/home'],
    source: 'https://learn.microsoft.com/windows/win32/shell/knownfolderid',
  }),
  personal({
    id: 'domain-user',
    kind: 'user-name',
    literals: ['\\'],
    pattern:
      '(?:^|[\\s"\'(=:,])[A-Z][A-Z0-9-]{1,14}\\\\{1,2}([A-Za-z][A-Za-z0-9._-]{1,40})(?:[\\s"\'),;:]|[.]?$)',
    group: 1,
    validator: 'personalAccount',
    positives: ['CORP\\jdoe logged on', 'by CONTOSO\\\\jane.doe', 'user ACME\\bob.'],
    negatives: ['NT AUTHORITY\\SYSTEM', 'HKLM\\Software\\X', 'CORP\\DC01$'],
    source: 'https://learn.microsoft.com/windows/win32/secauthn/user-name-formats',
  }),
  personal({
    id: 'named-user',
    kind: 'user-name',
    literals: ['user', 'login', 'account', 'logon', 'for '],
    pattern:
      '(?i)(?:\\b(?:user(?:_?name)?|login|logon|account(?:[_ ]?name)?)[=:] ?["\']?|\\bfor (?:invalid )?user |\\b(?:password|publickey|keyboard-interactive) for )([a-z][a-z0-9._-]{1,63})',
    group: 1,
    validator: 'personalAccount',
    positives: ['user=jdoe ip=1', 'Accepted password for jane from', 'Account Name: j.doe'],
    negatives: ['user=root', 'Failed password for invalid user admin', 'for the user'],
    source: 'https://www.openssh.com/manual.html',
  }),
  personal({
    id: 'personal-host',
    kind: 'personal-host',
    literals: [
      'mbp',
      'mba',
      'macbook',
      'imac',
      'iphone',
      'ipad',
      'laptop',
      'notebook',
      'pc',
      'thinkpad',
      'surface',
      'xps',
      'galaxy',
      'pixel',
      'workstation',
    ],
    pattern:
      "(?i)(?:^|[^A-Za-z0-9._-])([a-z]{2,20}(?:[-.][a-z]{2,20})?(?:[-_]|'s[-_ ]|\\x01s[-_ ])(?:MBP|MBA|MacBook(?:[- ](?:Pro|Air))?|iMac|iPhone|iPad|laptop|notebook|PC|thinkpad|surface|xps|galaxy|pixel|workstation)(?:[-_]?\\d{1,3})?(?:\\.(?:local|lan|home))?)(?:[^A-Za-z0-9_-]|$)",
    group: 1,
    validator: 'personalHost',
    positives: ['JANES-MBP', "host Jane's iPhone", 'bobs-macbook-pro.local', 'mueller-laptop'],
    negatives: ['corp-laptop', 'the laptop', 'WIN-PC', 'test-workstation-1'],
    source: 'https://www.rfc-editor.org/rfc/rfc8117',
  }),
];

export const networkRules: readonly Rule[] = [
  personal({
    id: 'ipv4',
    kind: 'ip-address',
    digitsMin: 1,
    pattern: bounded('(?:\\d{1,3}[.]){3}\\d{1,3}'),
    group: 1,
    validator: 'ipv4',
    positives: ['192.0.2.7', 'from 203.0.113.9.', 'ip=198.51.100.3'],
    negatives: ['1.2.3', '300.1.1.1', '1.2.3.4.5'],
    source: 'https://www.rfc-editor.org/rfc/rfc791',
  }),
  personal({
    id: 'ipv6',
    kind: 'ip-address',
    literals: [':'],
    pattern:
      '(?i)(?:^|[^0-9a-z:.])((?:[0-9a-f]{1,4}:){2,7}[0-9a-f]{1,4}|(?:[0-9a-f]{1,4}:){1,6}(?::[0-9a-f]{1,4}){1,6}|(?:[0-9a-f]{1,4}:){1,7}:)(?:[^0-9a-z:]|$)',
    group: 1,
    validator: 'ipv6',
    positives: ['2001:db8::1', 'from fe80::1:2', '2001:db8:1:2:3:4:5:6'],
    negatives: ['12:34:56', 'a::b::c', 'std::string'],
    source: 'https://www.rfc-editor.org/rfc/rfc4291',
  }),
  personal({
    id: 'mac-address',
    kind: 'mac-address',
    literals: [':', '-'],
    pattern:
      '(?i)(?:^|[^0-9a-z:.-])([0-9a-f]{2}(?::[0-9a-f]{2}){5}|[0-9a-f]{2}(?:-[0-9a-f]{2}){5})(?:[^0-9a-z:-]|$)',
    group: 1,
    positives: ['00:1b:44:11:3a:b7', 'mac 00-1B-44-11-3A-B7', '"02:fc:9a:8a:db:c3"'],
    negatives: ['00:1b:44:11:3a', '00:1b:44:11:3a:b7:00', '12:34:56'],
    source: 'https://standards.ieee.org/products-programs/regauth/',
  }),
];
