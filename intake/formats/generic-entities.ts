import type { Actor, Resource } from '../../domain/finding.ts';

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** What things are called that an alert can be about, and what to call them. Most telling first. */
interface EntityNames {
  readonly type: Resource['type'];
  /** Keys whose value names it. */
  readonly keys: readonly string[];
  /** Objects that describe it: their `name`, `id` and the like name it. */
  readonly objects: readonly string[];
}

export const resourceNames: readonly EntityNames[] = [
  {
    type: 'pod',
    keys: words('podname pod k8s.pod.name kubernetes.pod.name'),
    objects: words('pod involvedobject regarding'),
  },
  {
    type: 'host',
    keys: words(`
      hostname host computername computer devicename devicednsname computerdnsname machinename netbiosname servername server
      agentname agentcomputername endpointname dhost dvchost shost fqdn dnsname instancename instance instanceid node nodename
      hostidentifier hostid deviceid machineid dvc affectedhost affectedhosts monitoredhost vmname devicehostname
      destinationhostname deviceexternalid info.hostid endpoint device workstation systemname devname cmdbci affectedci srchost dsthost hosts machines devices servers
      computers endpoints *hostname *computername
    `),
    objects: words(`
      host device machine computer server instance node agent endpoint asset hoststates agentrealtimeinfo agentdetectioninfo vm
      virtualmachine hosts machines devices servers computers endpoints logsources
    `),
  },
  {
    type: 'workload',
    keys: words(
      'deployment statefulset daemonset replicaset workload workloadname resourcename objectname taskname jobname',
    ),
    objects: words('workload deployment kubernetesworkload scope'),
  },
  {
    type: 'container',
    keys: words(
      'containername containerid container containerimage image imagename imagetag artifactname repotags',
    ),
    objects: words('container image'),
  },
  {
    type: 'cloud',
    keys: words(`
      resourcearn resource resources resourceid resourceuid assetname asset assetid bucketname bucket functionname
      dbinstanceidentifier databasename database clustername cluster alerttargetids targetresource affectedresource
      affectedresources volumeid securitygroupid queuename topicname topic loggroup monitoredresource
      autoscalinggroupname compromisedentity entityvalue entityuid configurationitems azureresourceid ec2instanceid keyid accesskeyid
    `),
    objects: words(`
      resource resources bucket function database cluster entity entities entitysnapshot affectedentity relatedentity target affectedresources affectedentities
      affecteditem s3bucket configurationitem cloudresource
    `),
  },
  {
    type: 'repository',
    keys: words(
      'repositoryname repository repo reponame pathwithnamespace projectpath repofullname',
    ),
    objects: words('repository repo'),
  },
  {
    type: 'service',
    keys: words(`
      servicename service application applicationname appname app projectname projectslug project component site sitename
      website monitorname checkname healthcheckname entity entityname impactedentities impactedentity impactedentityname target targetname
      destinationservicename sourceservicename scope environment env job pipelinename workflowname integration domain
      clientrequesthost requesthost httpmessage.host cshost xhostheader urlmonitored monitorurl vd dimensionalvalue
    `),
    objects: words(
      'service application app project component components affectedcomponents monitor check site impactedentity workflow pipeline build',
    ),
  },
  {
    type: 'other',
    keys: words(`
      namespace namespacename packagename pkgname affectedpackagename filename filepath fname file dependencyname branch ref
      location mailboxaddress topicarn filedisplayname manifestpath path
    `),
    objects: words('package dependency file module mailbox'),
  },
  {
    type: 'account',
    keys: words(`
      accountid awsaccountid accountname account accountuid linkedaccount subscriptionid projectid tenantid tenant
      organizationid orgname *account customername
    `),
    objects: words('account subscription tenant organization org'),
  },
];

/** Keys of an object that name what it describes, in this order. */
export const namingKeys: readonly string[] = words(
  'fullname name displayname hostname fqdn dnshostname summary label id uid guid arn externalid slug identifier value agentcomputername netbiosname ip ipaddress',
);

interface PersonNames {
  readonly type: Actor['type'];
  readonly keys: readonly string[];
  readonly objects: readonly string[];
}

export const actorNames: readonly PersonNames[] = [
  {
    type: 'user',
    keys: words(`
      username user operator adminlogin adminid sourceuser userprincipalname useremail useremailaddress recipient recipientaddress recipientemail toaddress toaddresses
      users who affecteduser affectedusers impacteduser upn suser srcuser usrname actorname actoremail actor principalname
      principalemail principal initiator initiatedby createdby startedby loginname login subjectusername targetusername duser
      csusername csuserdn senderenvelope senderaddress envelopefrom headerfrom mailfrom fromaddress accountupn accountdisplayname
      dstuser targetuser samaccountname accountname useridentity agentlastloggedinusername processuser lastloggedinuser
      owneremail principalid callerprincipal caller email emailaddress author requestedby updatedby performedby triggeredby
      sender owner assignee userid usersid identity subject.user requestuser offensesource offender offendername suspect
      perpetrator *username *useremail
    `),
    objects: words(`
      user users recipient recipients affectedusers actor useraccount principal relateduser initiator author sender useridentity account createdby owner assignee
      performer triggeredby accesskeydetails accesskey awsiamaccesskey userstates serviceaccount identity
    `),
  },
  {
    type: 'process',
    keys: words('processname procname image proc.name parentprocessname'),
    objects: words('process'),
  },
];

/** Keys of an object that name a person, in this order. */
export const personKeys: readonly string[] = words(
  'username login email emailaddr profilename userprincipalname alternateid principalname accountname name displayname summary arn principalid id uid guid',
);
