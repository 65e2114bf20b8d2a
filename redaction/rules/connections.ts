import type { Rule } from '../rule.ts';
import { placed, re } from './make-rule.ts';

/** Secrets inside addresses, connection strings and calls that open connections. Hosts and names of accounts stay. */
export const connectionRules: readonly Rule[] = [
  placed('url-password', {
    literals: ['://', '%3a%2f%2f'],
    also: '@',
    // A password may hold `@` itself: the last one before the host ends it. Where no host follows, the first one does.
    pattern: re`\b[A-Za-z][A-Za-z0-9+.-]{1,20}://[!$-&(-.0-9;=A-Z\[-z|~]*:(?:([!#-&(-;=?-~]+?)@[A-Za-z0-9\[%$<{_-][A-Za-z0-9._:-]{0,253}(?:[^A-Za-z0-9._:@-]|$)|([!#-&(-;=?A-~]+?)@[A-Za-z0-9\[%$<{_-])`,
    group: 1,
    validator: 'urlSecret',
    positives: [
      'postgres://app:{b62:12}@db.example/x',
      'https://u:{b62:9}@h.example',
      'amqp://:{b62:9}@mq:5672',
      'https://u:{b62:5}@{b62:5}@h.example/',
    ],
    negatives: ['https://h.example:8443/x@y', 'postgres://app:${PW}@db', 'https://h.example/'],
    source: 'https://www.rfc-editor.org/rfc/rfc3986#section-3.2.1',
  }),
  placed('url-user-token', {
    kind: 'url-password',
    literals: ['://'],
    also: '@',
    pattern: re`\bhttps?://([A-Za-z0-9_-]{20,128})(?::x-oauth-basic|:x-access-token|:)?@[A-Za-z0-9]`,
    group: 1,
    validator: 'mixed',
    positives: [
      'https://{b62:40}@git.example/x',
      'git+https://{hex:40}:x-oauth-basic@git.example/x',
      'https://{b62:24}:@api.example',
    ],
    negatives: [
      'https://bob@git.example',
      'https://a-long-name-without-any-digit@h.example',
      'https://{b62:9}@h.example',
    ],
    source: 'https://www.rfc-editor.org/rfc/rfc3986#section-3.2.1',
  }),
  placed('directory-entry-password', {
    kind: 'password',
    literals: [
      'directoryentry',
      'ldap_bind',
      'ldapconnection',
      'networkcredential',
      'connect(',
      'login(',
    ],
    pattern: re`(?i)(?:DirectoryEntry|NetworkCredential|ldap_bind)\(\s{0,4}(?:["'$][^"',)]{0,128}["']?\s{0,4},\s{0,12}){1,2}["']([^"'\s]{1,256})["']`,
    group: 1,
    validator: 'notPlaceholder',
    positives: [
      'new DirectoryEntry("LDAP://dc", "corp\\bob", "{b62:9}")',
      'NetworkCredential("bob", "{b62:20}")',
      'ldap_bind($c, "cn=x", "{b62:9}")',
    ],
    negatives: [
      'new DirectoryEntry("LDAP://dc")',
      'NetworkCredential(user, pass)',
      'new NetworkCredential()',
    ],
    source: 'https://learn.microsoft.com/dotnet/api/system.directoryservices.directoryentry',
  }),
  placed('jdbc-arguments', {
    kind: 'password',
    literals: ['getconnection', 'mysql_connect', 'mysqli', 'new pdo', 'ftp_login', 'sp_addlogin'],
    pattern: re`(?i)(?:getConnection|mysqli?_connect|mysqli|PDO|ftp_login)\(\s{0,4}["'$][^"',)]{0,200}["']?\s{0,4},\s{0,4}["'][^"',]{0,64}["']\s{0,4},\s{0,4}["']([^"'\s]{1,128})["']`,
    group: 1,
    validator: 'notPlaceholder',
    positives: [
      'DriverManager.getConnection("jdbc:x", "sa", "{b62:9}")',
      "mysqli_connect('h', 'u', '{b62:9}')",
      'new PDO("mysql:host=h", "u", "{b62:9}")',
    ],
    negatives: ['getConnection(url)', "mysqli_connect('h', 'u', '')", 'new PDO($dsn, $u, $p)'],
    source: 'https://docs.oracle.com/javase/8/docs/api/java/sql/DriverManager.html',
  }),
  placed('sql-password', {
    kind: 'password',
    literals: [
      'identified by',
      'with password',
      'set password',
      'encrypted password',
      'login_password',
    ],
    pattern: re`(?i)(?:identified\s{1,3}(?:with\s{1,3}\w{1,30}\s{1,3})?by|with\s{1,3}(?:login\s{1,3})?password|encrypted\s{1,3}password|set\s{1,3}password)\s{0,3}=?\s{0,3}(?:PASSWORD\()?["']([^"']{1,128})["']`,
    group: 1,
    validator: 'notPlaceholder',
    positives: [
      "create user a identified by '{b62:9}'",
      "alter role b with password '{b62:9}'",
      "create login c with password = '{b62:12}'",
    ],
    negatives: ["identified by ''", 'with password policy', "set password = '<new>'"],
    source: 'https://www.postgresql.org/docs/current/sql-createrole.html',
  }),
  placed('said-password', {
    kind: 'password',
    literals: ['password', 'passwort', 'passphrase', 'passcode'],
    pattern: re`(?i)pass(?:word|wort|phrase|code)\b[^"'\x60\n=]{0,40}(?:["'\x60][^"'\x60\n]{0,40}["'\x60][^"'\x60\n=]{0,12})?\b(?:is|was|to|as)[ :]{1,3}["'\x60]([^"'\x60\s]{2,64})["'\x60]`,
    group: 1,
    validator: 'notPlaceholder',
    positives: [
      'The password for the user "bob" is "{b62:9}".',
      "default password was '{b62:9}'",
      'set the passphrase to \x60{b62:9}\x60',
    ],
    negatives: [
      'the password is required',
      'password policy is "strict mode"',
      'password is "********"',
    ],
    source: 'https://cheatsheetseries.owasp.org/cheatsheets/Authentication_Cheat_Sheet.html',
  }),
  placed('unattend-password', {
    kind: 'password',
    literals: ['administratorpassword', 'autologon', '<password>', 'cpassword'],
    pattern: re`(?i)<(?:Administrator)?Password>\s{0,40}<Value>([^<]{2,256})</Value>|\bcpassword="([^"]{8,256})"`,
    group: 1,
    validator: 'notPlaceholder',
    positives: [
      '<AdministratorPassword><Value>{b64:24}</Value>',
      '<Password>\n  <Value>{b62:9}</Value>',
      'cpassword="{b64:43}"',
    ],
    negatives: ['<AdministratorPassword><Value></Value>', '<Password></Password>', 'cpassword=""'],
    source:
      'https://learn.microsoft.com/windows-hardware/customize/desktop/unattend/microsoft-windows-shell-setup-useraccounts-administratorpassword',
  }),
  placed('sidekiq-url-credentials', {
    kind: 'url-password',
    literals: ['contribsys.com'],
    pattern: re`(?i)([a-f0-9]{8}:[a-f0-9]{8})(?:@|["'\s].{0,40}?)(?:gems|enterprise)\.contribsys\.com|contribsys__com["'=:\s]{1,4}([a-f0-9]{8}:[a-f0-9]{8})`,
    group: 1,
    positives: [
      'https://{hex:8}:{hex:8}@gems.contribsys.com/',
      'http://{hex:8}:{hex:8}@enterprise.contribsys.com',
      '{hex:8}:{hex:8}@enterprise.contribsys.com',
    ],
    negatives: ['https://gems.contribsys.com/', '{hex:8}:{hex:8}', 'contribsys.com'],
    source: 'https://github.com/sidekiq/sidekiq/wiki/Commercial-FAQ',
  }),
];
