import { isIP } from 'node:net';

export const identityChecks = {
  personalAccount: (text: string): boolean => isPersonalAccount(text),
  personalHost: (text: string): boolean =>
    !sharedHosts.has(/^[a-z]+/i.exec(text)?.[0].toLowerCase() ?? ''),
  ipv4: (text: string): boolean => isIP(text) === 4,
  ipv6: (text: string): boolean => isIP(text) === 6,
} as const;

/** Accounts that are nobody: of systems, of services, of images. */
const sharedAccounts = new Set(
  (
    'root system administrator administrators admin admins guest nobody daemon public default all shared everyone anonymous unknown user users ubuntu debian centos fedora ' +
    'ec2-user azureuser vagrant runner jenkins gitlab-runner git www-data nginx apache postgres mysql redis mongodb kafka elasticsearch splunk nagios zabbix prometheus grafana ' +
    'docker kubernetes node app deploy backup operator service network local localservice networkservice local_service network_service bin sys sync games man lp mail news ' +
    'uucp proxy list irc gnats sshd systemd-network systemd-resolve messagebus syslog ntp null none the a an invalid from name id is was not software sam security hardware ' +
    'system32 windows program programdata microsoft logon defaultappPool'
  )
    .toLowerCase()
    .split(' '),
);

export const isPersonalAccount = (text: string): boolean =>
  text.length >= 2 &&
  !sharedAccounts.has(text.toLowerCase()) &&
  !/^[tnr][A-Z]|\$$|^svc|^(?:dwm|umfd)-\d|^[-\d.]+$|^[%$<{[*]/i.test(text);

/** What hosts are called after that is nobody. */
const sharedHosts = new Set(
  'corp company office it dev win windows mac lab test prod build demo my the this that your his her our their a an admin guest shared kiosk conference room spare new old loaner work home sales support hr ops sec soc qa vm virtual remote gaming desktop personal apple dell lenovo hp asus google samsung microsoft user client'.split(
    ' ',
  ),
);
