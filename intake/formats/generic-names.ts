/**
 * What keys are called, folded, each with how sure the name makes us (0 to 100; 0 never means it). A name with a dot fits
 * the end of a path, one that begins with `*` the end of a key, any other a whole key.
 */
export type Names = Readonly<Record<string, number>>;

/** `name 90 other 80 …` */
function namesOf(text: string): Names {
  const words = text.trim().split(/\s+/);
  const names: { [name: string]: number } = Object.create(null);
  for (let at = 0; at < words.length; at += 2) names[words[at] ?? ''] ??= Number(words[at + 1]);
  return names;
}

/** Names of what is said in words: they count where a phrase stands at the top of an alert, and not for a code. */
const phrase = namesOf(`
  rulemessage 94  threatid 93  name 88  detectiontype 82  attacktype 82  alerttype 66  trigger 84
`);

const title = namesOf(`
  rulemessage 92  then.name 84  detectiontype 74  memo 66  resultdescription 70  clientasndescription 0  asndescription 0  terminatingruleid 88
  model 47  modelname 47  error 44  errormessage 46  scenario 46
  service 16  servicedesc 60  servicedescription 60  alarmtext 88  alerttext 88  sourcerule.name 96  securityrule.name 95  detectionrule.name 95  alertrule.name 95  matchedrule.name 95
  triggeredrule.name 95  control.name 93  plugin.name 93  indicator.name 84  model.name 88  threats.label 84  categories.label 50  trigger.rulename 50
  triggername 94  shortdescription 95  pluginname 93  attackname 90  attack 78  detection 88  alertmessage 88  signaturename 92  problemname 92  problem 80
  vulnname 88  threattype 50  ruletext 80  incident 60  alert 70  synopsis 60  classification 42  check 60  test 30  testcase 40  *triggername 80  *alert 40
  hostname 0  username 0  devicename 0  filename 0  servername 0  firstname 0  lastname 0  clientname 0  processname 0  productname 0  vendorname 0  orgname 0
  accountname 0  fullname 0  computername 0  teamname 0  providername 0  sourcename 0  *hostname 0  *username 0  *accountname 0  *name 14
  title 100  alertname 100  alerttitle 100  alertdisplayname 99  alarmname 98  ruletitle 98  rulename 97  headline 96  rule.name 96
  rule.title 96  findinginfo.title 96  incidentname 96  incidenttitle 96  problemtitle 96  issuetitle 96  detectname 95
  detectionname 95  rule.description 94  displaymessage 92  rule 91  signature 90  checkname 90  monitorname 90  monitor.name 90
  subject 88  threatname 88  alert.name 87  incident.name 87  finding.name 87  issue.name 87  detection.name 87  check.name 87
  problem.name 87  policy.name 85  configrulename 85  searchname 85  testname 85  policyname 85  summary 84  violation.name 84
  queryname 82  detailtype 80  policy 80  *alertname 80  *rulename 78  conditionname 75  vulnerabilityid 74  eventname 72  cveid 72
  event.name 70  category 70  *title 70  *checkname 70  *headline 70  note 68  reason 64  msg 62  message 62  primarydescription 62
  shorttext 62  ruleid 60  secrettype 60  name 58  eventtype 55  text 50  info 50  *eventname 50  *summary 48  description 45  desc 45
  alerttype 44  displayname 40  dimensionalvalue 40  objectkind 40  loggroup 40  type 30  event 30  kind 25  path 22  sourcetype 20
  content 20  sectype 20  body 18  action 12  source 8  eventid 6
`);

/** What is said at length; a title that is only a name gets it after a colon. */
const prose = namesOf(`
  resultdescription 98
  error 42
  alarmtext 88  alerttext 88
  synopsis 86  problemdetailstext 70  shorttext 60  incidentdescription 88  alertmessage 90  *text 40
  summary 100  message 96  msg 96  displaymessage 95  shortdescription 94  primarydescription 92  description 90  desc 88  output 80
  reason 72  text 70  newstatereason 70  errormessage 70  details 60  subject 60  longdescription 60  statusdetail 60  explanation 60
  body 50  cause 50  *description 50  *summary 50  *message 48  riskdetails 40  content 40  note 40  *reason 30
`);

const uid = namesOf(`
  vpcid 0  subnetid 0  interfaceid 0  networkinterfaceid 0  webaclid 0  keyid 0  roleid 0  workspaceid 0  imageid 0  volumeid 0  clusterid 0
  httprequest.requestid 80  autoguid 90  pbid 90  rayid 88  txid 86  transactionid 60  eventguid 90  alertguid 100  logguid 70  loguid 60  sequenceno 64  sequencenumber 60
  alertuniqueid 98  detectid 98  incidentserialno 80  poluuid 0  httpmessage.requestid 80  eventuniqueid 90  agentguid 0  hostguid 0  deviceguid 0  machineguid 0  userguid 0  tenantguid 0  enterpriseguid 0
  customerguid 0  processguid 0  policyguid 0  ruleguid 30  *guid 40
  alerthash 90  incidenthash 90  eventhash 60  realmid 0
  ticketnumber 90  casenumber 90  incidentnumber 92  alertnumber 92  eventnumber 0  uniqueid 80  organizationuuid 0  orguuid 0  accountuuid 0
  tenantuuid 0  companyuuid 0  useruuid 0  deviceuuid 0  hostuuid 0  agentuuid 0  policyuuid 0  ruleuuid 40  eventgroupid 60  alarmid 96  alertobjectid 80  rrn 92  urn 60  offenseid 96  malopid 96  breachid 96  investigationid 94
  sysid 88  triggerid 60  devid 0  logid 40  attackid 50
  alertid 100  alertuuid 100  alertuid 100  findingid 100  findinguid 100  findinginfo.uid 100  compositeid 100  anomalyid 100
  decisionid 100  alarmarn 100  detectionid 98  systemalertid 98  alert.id 97  finding.id 97  finding.uid 97  alert.uuid 97  issueid 96
  violationid 96  incident.id 95  name 95  issue.id 94  problemid 94  id 93  incidentid 92  problem.id 92  fingerprint 90  threatid 88
  alert.number 88  *alertid 88  *findingid 88  data.id 84  dedupkey 84  deduplicationkey 84  alias 82  eventid 80  uuid 80
  *incidentid 80  *issueid 80  guid 78  uid 78  externalid 76  caseid 75  ticketid 74  eventuuid 74  event.id 74  checkid 72
  issue.number 70  *eventid 70  monitorid 66  reportid 66  ghsaid 62  sid 60  flowid 60  artifactid 60  messageid 58  recordid 58
  buildid 58  cveid 52  number 50  configruleid 50  arn 50  alarmname 50  *uuid 50  ruleid 44  bkt 44  rule.id 40  serial 40
  signatureid 40  *jobid 40  key 30  correlationid 30  requestid 20  traceid 18  *id 18  rule 6  projectid 0  tenantid 0  accountid 0
  awsaccountid 0  orgid 0  organizationid 0  userid 0  agentid 0  deviceid 0  hostid 0  customerid 0  clientid 0  subscriptionid 0
  assetid 0  processid 0  parentprocessid 0  sessionid 0  resourceid 0  groupid 0  siteid 0  regionid 0  instanceid 0  machineid 0
  channelid 0  teamid 0  ownerid 0  authorid 0  actorid 0  serviceid 0  connectorid 0  productid 0  vendorid 0  sourceid 0
  integrationid 0  policyid 0  tacticid 0  techniqueid 0  parentid 0  zoneid 0
`);

const time = namesOf(`
  occured 94  clienttimestamp 84  generated 64  initiated 60  raised 84  occuredat 94  isotimestamp 95
  occurat 90  startat 84  start 50
  occurred 94  eventat 92  alarmdate 88  matchedat 70  receivedtime 60  sentat 64  reportedat 60  senttime 55  lastfound 62  firstfound 58
  remediationtimestamp 8  remediatedat 8  resolvedat 6  closedat 6  closetime 6  closedtime 6  resolvedtime 6  modificationtime 40
  openedat 84  scantime 80  clicktime 80  lastevent 60  raisedat 88  alerttime 92  detectiontime 92  eventcreationtime 90
  @timestamp 96  time 94  timestamp 94  eventtime 94  occurredat 94  detectedat 94  identifiedat 94  startsat 94  eventdatetime 93
  firedat 93  fireddatetime 93  triggeredat 93  timedt 93  statechangetime 92  statechangedtimestamp 92  lasttimestamp 91  startedat 90
  ts 90  alertcreationtime 90  createdat 88  createdtime 88  createddatetime 88  createdtimeutc 88  timegenerated 86  published 84
  unixtime 84  creationtime 82  datetime 82  createtime 80  date 80  starttime 80  rt 80  devtime 80  anomalystartdate 80
  starttimeutc 80  created 76  completedat 76  lastobservedat 70  finishedat 70  calendartime 70  lastseen 68  firstseen 66
  firstobservedat 66  publishedat 66  audittimestamp 66  creationtimestamp 62  updatetimestamp 62  seconds 60  updatedat 60
  updatetime 60  localdatetime 60  *createdat 60  *detectedat 60  lastupdated 58  epoch 50  modified 50  received 48  receivedat 48
  *timestamp 46  *lastupdated 40  *timeutc 46  *datetime 46  *time 42  indextime 40  *date 40  endtime 30  endedat 30  *at 22  auditid 10  expiresat 0
  expirationdate 0
`);

const severity = namesOf(`
  riskfactor 88  prioritylevel 84
  risk 86  riskrating 88  threatseverity 95  sensitivity 20
  severityname 101  severitylabel 101  severity.label 101  severity.name 101  severity 100  securityseveritylevel 100  alertseverity 98
  severitylevel 98  sev 96  risklevel 90  priority.summary 88  priority.name 88  alertpriority 86  urgency 84  priority 84
  criticality 82  importancelevel 82  importance 80  threatlevel 80  *severity 78  *severitylevel 78  level 72  *priority 66
  *risklevel 66  impactlevel 60  *threatlevel 60  *criticality 60  rating 50  alerttype 30  confidencelevel 20  enforcementaction 10
`);

const score = namesOf(`
  percentscore 70
  cvssscore 90  basescore 90  cvss.score 90  riskscore 84  severityscore 84  threatscore 70  cvss 60  *riskscore 60  *cvssscore 60
`);

const status = namesOf(`
  triggertype 60
  currentstate 97  newstatevalue 97  monitorcondition 97  alerttransition 97  alertstatus 96  alertstate 96  state.value 96
  incidentstatus 96  newstate 96  workflow.status 96  recordstate 94  conclusion 92  buildstatus 92  status 90  state 90
  workflowstatus 90  compliancetype 80  resolution 70  statuscode 60  result 60  action 50  *status 50  eventtype 40  outcome 40
  *state 40  event 20
`);

const link = namesOf(`
  htmlurl 96  alerturl 96  incidenturl 96  alertweburl 96  incidentweburl 94  weburl 92  permalink 92  issueurl 92  alertlink 92  url 88
  link 88  resultslink 86  consoleurl 86  externaluri 84  portallink 84  sourceurl 80  dashboardurl 80  generatorurl 70  href 60
  externalurl 56  *link 40  *url 20
`);

const product = namesOf(`
  productname 100  product.name 100  tool.name 96  tool.driver.name 96  scanner.name 94  product 92  deviceproduct 92
  detectionproduct 90  monitoringtool 90  vendorname 88  vendor 86  devicevendor 86  product.vendorname 86  providername 84
  servicesource 80  tool 80  scanner 80  datasourcename 72  provider 70  detectionsource 70  sourcename 36  source 56
  integrationname 50  generator 50  sensor 40  engine 40  sourcetype 40  companyname 40  app 18  logger 10
`);

const rule = namesOf(`
  terminatingruleid 100  ruleid 100  templateid 90  rule.id 100  rule.uuid 100  ruleuid 100  signatureid 98  checkid 92  monitorid 92  configruleid 92  policyid 90
  alertname 90  rulename 90  rule.name 90  alarmarn 88  rule 88  ruletitle 88  alarmname 86  checkname 84  monitorname 84  policyname 84
  policy 80  constraintname 80  detectorid 70  conditionname 70  detectname 70  eventcode 70  generatorid 70  testname 60  queryname 60
  category 40  eventtype 40
`);

export const genericNames = {
  phrase,
  title,
  prose,
  uid,
  time,
  severity,
  score,
  status,
  link,
  product,
  rule,
} as const;
