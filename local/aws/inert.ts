// Resource types that are in the template and do nothing on this machine, each with the reason. A type that is neither
// here nor in resources.ts stops the start.

const watching = 'watching: there is nobody to page here; the log and the control address show what happens';
const network = 'network: everything here talks over the loopback address';
const permission = 'permissions: what a role allows is asserted on the template by tests, not enforced here';
const firewall = 'firewall: nothing reaches this machine from outside';

/** type → why it has no behaviour here */
export const inertTypes: Readonly<Record<string, string>> = {
  'AWS::CloudWatch::Alarm': watching,
  'AWS::EC2::EIP': network,
  'AWS::EC2::FlowLog': network,
  'AWS::EC2::InternetGateway': network,
  'AWS::EC2::NatGateway': network,
  'AWS::EC2::Route': network,
  'AWS::EC2::RouteTable': network,
  'AWS::EC2::SecurityGroup': network,
  'AWS::EC2::SecurityGroupEgress': network,
  'AWS::EC2::SecurityGroupIngress': network,
  'AWS::EC2::Subnet': network,
  'AWS::EC2::SubnetRouteTableAssociation': network,
  'AWS::EC2::VPC': network,
  'AWS::EC2::VPCEndpoint': network,
  'AWS::EC2::VPCGatewayAttachment': network,
  'AWS::IAM::ManagedPolicy': permission,
  'AWS::IAM::Role': permission,
  'AWS::Lambda::Permission': permission,
  'AWS::Logs::LogGroup': 'logs: what functions write is kept by this machine, by payment',
  'AWS::S3::Bucket':
    'buckets: they hold only access logs and stream records that failed for good, which are printed here',
  'AWS::S3::BucketPolicy': permission,
  'AWS::SNS::Topic': watching,
  'AWS::SNS::TopicPolicy': permission,
  'AWS::SQS::QueuePolicy': permission,
  'AWS::WAFv2::LoggingConfiguration': firewall,
  'AWS::WAFv2::WebACL': firewall,
  'AWS::WAFv2::WebACLAssociation': firewall,
};
