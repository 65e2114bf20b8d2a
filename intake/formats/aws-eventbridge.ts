import { declare } from '../declare.ts';
import { has } from '../recognise.ts';
import { afterLast, changed, joined } from '../sources.ts';
import { byWord } from '../severity-rules.ts';

const service: Readonly<Record<string, string>> = {
  health: 'AWS Health',
  codebuild: 'AWS CodeBuild',
  codepipeline: 'AWS CodePipeline',
  codedeploy: 'AWS CodeDeploy',
  autoscaling: 'Amazon EC2 Auto Scaling',
  ecs: 'Amazon ECS',
  rds: 'Amazon RDS',
  backup: 'AWS Backup',
  glue: 'AWS Glue',
  inspector2: 'Amazon Inspector',
  macie: 'Amazon Macie',
  'access-analyzer': 'AWS IAM Access Analyzer',
  trustedadvisor: 'AWS Trusted Advisor',
};
const productOf = (name: string): string =>
  Object.hasOwn(service, name) ? (service[name] ?? '') : `AWS ${name}`;

const subject = [
  'detail.project-name',
  'detail.pipeline',
  'detail.jobName',
  'detail.AutoScalingGroupName',
  'detail.eventTypeCode',
  'detail.title',
  'detail.eventName',
  'detail.clusterArn',
  'detail.instance-id',
  'detail.bucket.name',
];

/** EventBridge events of the services that have no reader of their own: the outside says more than the inside. */
export const awsEventbridge = declare({
  name: 'aws-eventbridge',
  carrier: true,
  recognises: has('detailtype', 'source', 'detail'),
  kind: 'operational',
  product: changed(afterLast('aws.', 'source'), productOf),
  title: joined(': ', 'detail-type', subject),
  description: [
    'detail.eventDescription.latestDescription',
    'detail.StatusMessage',
    'detail.message',
    'detail.Cause',
    'detail.stoppedReason',
    'detail.description',
  ],
  uid: ['id', 'detail.eventArn'],
  time: ['time', 'detail.startTime'],
  severity: [byWord('detail.severity', 'detail.Severity.Label')],
  status: {
    from: [
      'detail.build-status',
      'detail.StatusCode',
      'detail.state',
      'detail.status',
      'detail.lastStatus',
      'detail.statusCode',
    ],
    closed: [
      'succeeded',
      'success',
      'successful',
      'completed',
      'ok',
      'closed',
      'resolved',
      'running',
    ],
    otherwise: 'open',
  },
  analytic: {
    uid: joined('/', 'source', 'detail-type', 'detail.eventTypeCode'),
    name: 'detail-type',
  },
  resources: [
    { type: 'cloud', name: 'resources', account: 'account', region: 'region' },
    {
      type: 'cloud',
      name: [
        ...subject,
        'detail.EC2InstanceId',
        'detail.affectedEntities.entityValue',
        'detail.resourceArn',
      ],
    },
    { type: 'account', name: 'account' },
  ],
  actors: [
    {
      type: 'user',
      name: [
        'detail.initiator',
        'detail.additional-information.initiator',
        'detail.userIdentity.userName',
        'detail.userIdentity.arn',
        'detail.user',
      ],
    },
  ],
  observables: [['ip', 'actor', ['detail.sourceIPAddress', 'detail.sourceIp']]],
  link: ['detail.additional-information.logs.deep-link'],
});
