import type { Rule } from '../rule.ts';

const secret = (rule: Omit<Rule, 'class'>): Rule => ({ ...rule, class: 'secret' });

/** Passwords where programs take them: on the command line, in calls, in files that they read. */
export const commandLineRules: readonly Rule[] = [
  secret({
    id: 'curl-user',
    kind: 'cli-password',
    literals: ['curl', 'wget', '--user', 'invoke-'],
    pattern: '(?:-u|--user|--proxy-user)[ =]{1,3}["\']?[^\\s:"\']{1,128}:([^\\s"\'@]{1,256})',
    group: 1,
    validator: 'urlSecret',
    source: 'https://curl.se/docs/manpage.html',
  }),
  secret({
    id: 'sshpass',
    kind: 'cli-password',
    literals: ['sshpass'],
    pattern: 'sshpass\\s{1,4}-p\\s{0,4}(?:\'([^\']{1,256})\'|"([^"]{1,256})"|([^\\s"\']{1,256}))',
    group: 1,
    source: 'https://linux.die.net/man/1/sshpass',
  }),
  secret({
    id: 'mysql-password',
    kind: 'cli-password',
    literals: ['mysql', 'mariadb', 'mysqldump'],
    pattern:
      '\\b(?:mysql|mysqldump|mysqladmin|mariadb)\\b[^\\n|;]{0,200}?\\s-p["\']?([^\\s"\'-][^\\s"\']{1,128})',
    group: 1,
    validator: 'notPlaceholder',
    source: 'https://dev.mysql.com/doc/refman/8.4/en/connecting.html',
  }),
  secret({
    id: 'remote-tool-password',
    kind: 'cli-password',
    literals: [
      'psexec',
      'xfreerdp',
      'rdesktop',
      'sqlcmd',
      'osql',
      'ldapsearch',
      'ldapmodify',
      'smbclient',
      'wmic',
      'schtasks',
      'plink',
      'pscp',
      'winrs',
      'cmdkey',
      'redis-cli',
      'docker',
      'bcp',
      'crackmapexec',
      'netexec',
      'evil-winrm',
      'smbmap',
    ],
    pattern:
      '(?i)\\b(?:psexec|xfreerdp|rdesktop|sqlcmd|osql|bcp|ldapsearch|ldapmodify|smbclient|wmic|schtasks|plink|pscp|winrs|cmdkey|redis-cli|docker login|crackmapexec|netexec|evil-winrm|smbmap)(?:\\.exe|64)?\\b[^\\n|;]{0,200}?\\s(?:-p|-pw|/p|/rp|/p:|-w|-a|/pass:|-P)[ :]{0,2}["\']?([^\\s"\'/-][^\\s"\']{2,128})',
    group: 1,
    validator: 'notPlaceholder',
    source: 'https://learn.microsoft.com/sysinternals/downloads/psexec',
  }),
  secret({
    id: 'net-use-password',
    kind: 'cli-password',
    literals: ['net use', 'net1 use', 'net.exe use', 'net.exe" use'],
    pattern:
      '(?i)\\bnet1?(?:\\.exe)?"?\\s{1,4}use\\b[^\\n]{0,160}?\\s/u(?:ser)?:\\S{1,80}\\s{1,4}["\']?([^\\s"\'/][^\\s"\']{1,128})',
    group: 1,
    validator: 'notPlaceholder',
    source:
      'https://learn.microsoft.com/previous-versions/windows/it-pro/windows-server-2012-r2-and-2012/gg651155(v=ws.11)',
  }),
  secret({
    id: 'net-use-password-first',
    kind: 'cli-password',
    literals: ['net use', 'net1 use', 'net.exe use', 'net.exe" use'],
    pattern:
      '(?i)\\bnet1?(?:\\.exe)?"?\\s{1,4}use\\s{1,4}(?:[A-Z*]:?\\s{1,4})?\\\\\\\\\\S{1,120}\\s{1,4}["\']?([^\\s"\'/*][^\\s"\']{1,128})',
    group: 1,
    validator: 'notPlaceholder',
    source:
      'https://learn.microsoft.com/previous-versions/windows/it-pro/windows-server-2012-r2-and-2012/gg651155(v=ws.11)',
  }),
  secret({
    id: 'net-user-password',
    kind: 'cli-password',
    literals: ['net user', 'net1 user', 'net.exe user', 'net.exe" user'],
    pattern:
      '(?i)\\bnet1?(?:\\.exe)?"?\\s{1,4}user\\s{1,4}(?:"[^"]{1,64}"|[^\\s/"]{1,64})\\s{1,4}["\']?([^\\s"\'/*][^\\s"\']{1,128})',
    group: 1,
    validator: 'notPlaceholder',
    source: 'https://learn.microsoft.com/windows-server/administration/windows-commands/net-user',
  }),
  secret({
    id: 'powershell-secure-string',
    kind: 'cli-password',
    literals: ['convertto-securestring'],
    pattern:
      '(?i)ConvertTo-SecureString\\s{1,4}(?:-(?:String|AsPlainText|Force)\\s{1,4}){0,3}["\']([^"\']{1,256})["\']',
    group: 1,
    validator: 'notPlaceholder',
    source:
      'https://learn.microsoft.com/powershell/module/microsoft.powershell.security/convertto-securestring',
  }),
  secret({
    id: 'network-credential',
    kind: 'password',
    literals: ['networkcredential'],
    pattern:
      '(?i)NetworkCredential\\(\\s{0,4}["\'][^"\']{0,128}["\']\\s{0,4},\\s{0,4}["\']([^"\']{1,256})["\']',
    group: 1,
    source: 'https://learn.microsoft.com/dotnet/api/system.net.networkcredential',
  }),
  secret({
    id: 'password-on-next-line',
    kind: 'password',
    literals: ['password'],
    pattern: '(?i)password[^:\\n]{0,60}:\\s{1,6}([0-9a-f]{32,40})\\b',
    group: 1,
    source: 'https://www.jenkins.io/doc/book/installing/',
  }),
  secret({
    id: 'netrc-password',
    kind: 'netrc-password',
    literals: ['machine ', 'login '],
    pattern: '\\blogin\\s{1,4}\\S{1,80}\\s{1,8}password\\s{1,4}(\\S{1,128})',
    group: 1,
    validator: 'notPlaceholder',
    source: 'https://www.gnu.org/software/inetutils/manual/html_node/The-_002enetrc-file.html',
  }),
];
