/** Products by the words that betray them in keys, values and addresses (lower case): `Product=word|word; …` */
const told = `
Amazon GuardDuty=guardduty; AWS Security Hub=securityhub; AWS CloudTrail=cloudtrail; Amazon CloudWatch=cloudwatch;
Amazon Inspector=inspector2; Amazon Macie=macie; AWS Cost Anomaly Detection=costanomaly|anomalymonitor;
AWS Config=config-rule|configrule; AWS CodeBuild=codebuild; AWS Health=aws.health|awshealth; AWS Auto Scaling=autoscaling;
AWS Backup=aws backup; AWS Glue=aws.glue; AWS SNS=arn:aws:sns; AWS=arn:aws; SecurityScorecard=securityscorecard|scorecardid;
Microsoft Sentinel=securityinsights;
Microsoft Defender=microsoftdefender|windowsdefender|advancedhunting|security.microsoft.com|officeatp;
Microsoft Graph Security=microsoft.graph; Azure Security Center=azure security center; Azure=portal.azure.com;
Azure Monitor=azuremonitor|microsoft.insights; Microsoft Intune=intune; Microsoft Purview=purview; Microsoft Entra ID=entra;
Microsoft=aadtenant; Microsoft Cloud App Security=cloudappsecurity; Google Security Command Center=securitycenter.googleapis|/sources/;
Google Event Threat Detection=threatdetection.googleapis; Google Cloud Monitoring=stackdriver;
Google Cloud=googleapis|console.cloud.google; Google Chronicle=chronicle; Google Workspace=google workspace; Elastic Security=kibana;
Elastic=elastic-agent|elasticsearch; OpenSearch=opensearch; Wazuh=wazuh; OSSEC=ossec; Splunk=splunk; Splunk Enterprise Security=notable~;
IBM QRadar=qradar; ArcSight=arcsight; LogRhythm=logrhythm; Exabeam=exabeam; Securonix=securonix; Sumo Logic=sumologic|sumo logic;
Rapid7 InsightIDR=insightidr; Rapid7=rapid7; Graylog=graylog; Panther=panther; Logpoint=logpoint; Logz.io=logz.io; Coralogix=coralogix;
Devo=devo.com; Humio=humio; CrowdStrike Falcon=crowdstrike|falconhost; SentinelOne=sentinelone|storyline;
Carbon Black=carbonblack|carbon black; Palo Alto Cortex XDR=cortex; Cylance=cylance; Sophos=sophos|event::endpoint::|event::firewall; Trend Micro=trend micro|trendmicro;
Trend Micro Vision One=visionone|workbenchlink; McAfee=mcafee; Trellix=trellix; FireEye=fireeye; Symantec=symantec; ESET=eset; Bitdefender=bitdefender;
Bitdefender GravityZone=gravityzone|attckid; Kaspersky=kaspersky; Malwarebytes=malwarebytes; LimaCharlie=limacharlie; Velociraptor=velociraptor;
osquery=osquery; Huntress=huntress; Cybereason=cybereason|malopid|malopdetection|maloptype|ismalop; Tanium=tanium; Jamf=jamf; Kandji=kandji; Sysmon=sysmon; Hayabusa=hayabusa;
Chainsaw=chainsaw; ClamAV=clamav; Okta=okta; Auth0=auth0; OneLogin=onelogin; JumpCloud=jumpcloud; Ping Identity=pingidentity;
Duo Security=duosecurity|duo security|duo_push|duo push|duo mobile; CyberArk=cyberark; BeyondTrust=beyondtrust; 1Password=1password; Keycloak=keycloak;
Teleport=teleport; HashiCorp=hashicorp; Tailscale=tailscale; Palo Alto Networks=paloaltonetworks|palo alto|pan-os; Prisma Cloud=prisma;
Fortinet FortiGate=fortigate|devname=; Fortinet=fortinet; Check Point=checkpoint|check point|avanan|vpn-1 & firewall-1; Cisco Meraki=meraki;
Cisco Umbrella=umbrella; Cisco Firepower=firepower; Cisco=cisco; Juniper=juniper; SonicWall=sonicwall; WatchGuard=watchguard;
Zscaler=zscaler; Netskope=netskope|nsdeviceuid|nspolicy; Cloudflare=cloudflare|rayid; Akamai=akamai; Imperva=imperva; Fastly=fastly; Infoblox=infoblox;
Darktrace=darktrace|antigena|aiascore|modelbreach; Vectra=vectra|dtypevname; ExtraHop=extrahop; Corelight=corelight; Suricata=suricata; Snort=snort; Zeek=zeek|notice::;
UniFi=unifi; CrowdSec=crowdsec; Fail2ban=fail2ban; ModSecurity=modsecurity; GreyNoise=greynoise; Illumio=illumio; Proofpoint=proofpoint;
Mimecast=mimecast; Abnormal Security=abnormalsecurity|abnormal security; IRONSCALES=ironscales; Cofense=cofense; KnowBe4=knowbe4;
Barracuda=barracuda; Tenable=tenable; Nessus=nessus; Qualys=qualys; OpenVAS=openvas; Nuclei=nuclei; Wiz=wiz.io|wizissue;
Orca Security=orca; Lacework=lacework; Snyk=snyk; Trivy=trivy; Aqua=aquasec; Grype=grype; Anchore=anchore; GitHub Dependabot=dependabot;
GitHub CodeQL=codeql; GitGuardian=gitguardian; TruffleHog=trufflehog; Gitleaks=gitleaks; Semgrep=semgrep; SonarQube=sonarqube;
SonarCloud=sonarcloud; Checkmarx=checkmarx; Veracode=veracode; Checkov=checkov; Bridgecrew=bridgecrew; tfsec=tfsec; Terrascan=terrascan;
Prowler=prowler; ScoutSuite=scoutsuite; CloudSploit=cloudsploit; Steampipe=steampipe; Mend=mend.io|whitesource; Sonatype=sonatype;
Detectify=detectify; HackerOne=hackerone; Bugcrowd=bugcrowd; DefectDojo=defectdojo; Dependency-Track=dependency-track|dependencytrack;
Falco=falco; Tetragon=tetragon|processkprobe|kprobe_action; Tracee=tracee; Sysdig=sysdig; NeuVector=neuvector; StackRox=stackrox; Kubescape=kubescape;
kube-bench=kube-bench; Kyverno=kyverno; OPA Gatekeeper=gatekeeper; Open Policy Agent (OPA)=decisionid; Cloud Custodian=custodian|c7n;
Argo CD=argocd|argoproj; Flux=fluxcd; Kubernetes=kubelet|involvedobject|kubernetes|k8s; Robusta=robusta; Kubecost=kubecost;
Velero=velero; cert-manager=cert-manager; Prometheus Alertmanager=alertmanager|groupkey|startsat; Prometheus=prometheus;
Grafana=grafana|evalmatches; Datadog=datadog; New Relic=newrelic|new relic; Dynatrace=dynatrace; AppDynamics=appdynamics;
Instana=instana; SignalFx=signalfx; Honeycomb=honeycomb; Lightstep=lightstep; Zabbix=zabbix; Nagios=nagios; Icinga=icinga;
Checkmk=checkmk|check_mk|omdsite; PRTG=prtg; Sensu=sensu; Site24x7=site24x7; StatusCake=statuscake; UptimeRobot=uptimerobot; Pingdom=pingdom;
Better Uptime=betteruptime; Better Stack=betterstack; Uptime Kuma=uptime kuma; Healthchecks.io=healthchecks; Checkly=checkly;
Netdata=netdata; LibreNMS=librenms; SolarWinds=solarwinds|/orion/; Opsview=opsview; Centreon=centreon; Kapacitor=kapacitor; InfluxDB=influxdata;
ThousandEyes=thousandeyes; Catchpoint=catchpoint; Gatus=gatus; Monit=monit; VictoriaMetrics=victoriametrics; Cronitor=cronitor;
updown.io=updown.io; Freshping=freshping; Sentry=sentry; Rollbar=rollbar; Bugsnag=bugsnag; Honeybadger=honeybadger; Airbrake=airbrake;
Raygun=raygun; PagerDuty=pagerduty; Opsgenie=opsgenie; VictorOps=victorops; Squadcast=squadcast; iLert=ilert; incident.io=incident.io;
FireHydrant=firehydrant; Rootly=rootly; Statuspage=statuspage; ServiceNow=servicenow; Atlassian=atlassian; Jira=jira; Zenduty=zenduty;
xMatters=xmatters; BigPanda=bigpanda; Moogsoft=moogsoft; Keep=keephq; GitHub=github; GitLab=gitlab; Bitbucket=bitbucket; Jenkins=jenkins;
CircleCI=circleci; TeamCity=teamcity; Travis CI=travis-ci; Azure DevOps=dev.azure.com|visualstudio; Buildkite=buildkite; Vercel=vercel;
Netlify=netlify; Heroku=heroku; DigitalOcean=digitalocean; Hetzner=hetzner; Terraform Cloud=terraform; Spacelift=spacelift;
Harness=harness; LaunchDarkly=launchdarkly; MongoDB Atlas=mongodb; Snowflake=snowflake; Databricks=databricks; Confluent=confluent;
TheHive=thehive; MISP=misp|threatlevelid; OpenCTI=opencti; Anomali=anomali; Recorded Future=recordedfuture|recorded future;
STIX=bundle--; Shodan=shodan; Censys=censys; Have I Been Pwned=haveibeenpwned; SpyCloud=spycloud; Flashpoint=flashpoint;
urlscan.io=urlscan; VirusTotal=virustotal; AbuseIPDB=abuseipdb; Thinkst Canarytokens=canarytoken; Thinkst Canary=canary.tools|canaryid; OpenCanary=opencanary; Papertrail=papertrail; Tracebit=tracebit; Honeypot=honeypot;
DShield=dshield; Netwrix=netwrix; Varonis=varonis; Rubrik=rubrik; Veeam=veeam; Cohesity=cohesity; Salesforce=salesforce; Slack=slack;
Zoom=zoom; Dropbox=dropbox; Workday=workday; Twilio=twilio; Stripe=stripe; LogicMonitor=logicmonitor; Armis=armis; Claroty=claroty; Nozomi Networks=nozomi|n2os;
Forescout=forescout; Axonius=axonius; Arctic Wolf=arcticwolf|arctic wolf; Expel=expel.io; Sekoia=sekoia; Stellar Cyber=stellarcyber;
Cato Networks=catonetworks|cato networks; Uptycs=uptycs; Upwind=upwind.io; Obsidian Security=obsidiansecurity; AppOmni=appomni;
Nightfall=nightfall; Sublime Security=sublimesecurity|sublime security; Red Canary=redcanary|red canary; eSentire=esentire;
ReversingLabs=reversinglabs; Intezer=intezer; JupiterOne=jupiterone; Vanta=vanta.com; Drata=drata; Invicti=invicti; Acunetix=acunetix;
Burp Suite=portswigger; OWASP ZAP=zaproxy; Group-IB=group-ib; ZeroFox=zerofox; BitSight=bitsight; UpGuard=upguard; Silverfort=silverfort;
Semperis=semperis; SailPoint=sailpoint; Ivanti=ivanti; Lookout=lookout.com; Zimperium=zimperium; pfSense=pfsense; OPNsense=opnsense;
Radware=radware; Netscout=netscout; OpsRamp=opsramp; ManageEngine=manageengine; Freshservice=freshservice; Uptrends=uptrends;
Secureworks Taegis=taegis; CloudEvents=specversion; HashiCorp Vault=vaultproject;
WithSecure=withsecure|f-secure|deepguard; F5=ves-io|f5-xc|f5 xc|big-ip|bigip; Digital Shadows SearchLight=digitalshadows|searchlight portal; Auditbeat=auditbeat; Winlogbeat=winlogbeat;
Anthropic=anthropic|claude_; Zendesk=zendesk; SOCRadar=socradar; Tines=tines.;
Cowrie=cowrie; Packetbeat=packetbeat; Amazon Route 53=rslvr-; Cilium=cilium
`;

export interface ProductWord {
  readonly word: string;
  readonly product: string;
}

export const productWords: readonly ProductWord[] = told.split(';').flatMap((entry) => {
  const [product = '', words = ''] = entry.trim().split('=', 2);
  return words.split('|').map((word) => ({ word, product }));
});
