// Resource types that are in the template and do nothing on this machine, each with the reason. A type that is neither
// here nor in resources.ts stops the start.

const watching = 'watching: there is nobody to page here; the log and the control address show what happens';
const network = 'network: everything here talks over the loopback address';
const judged = 'permissions: they make nothing, but every call of a function is judged by them; see gate/';
const between = 'permissions between services of AWS: asserted on the template by tests, not judged here';
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
  'AWS::IAM::ManagedPolicy': judged,
  'AWS::IAM::Role': judged,
  'AWS::Lambda::Permission': between,
  'AWS::Logs::LogGroup': 'logs: what functions write is kept by this machine, by payment',
  'AWS::S3::BucketPolicy': judged,
  'AWS::SNS::Topic': watching,
  'AWS::SNS::TopicPolicy': between,
  'AWS::SQS::QueuePolicy': judged,
  'AWS::WAFv2::LoggingConfiguration': firewall,
  'AWS::WAFv2::WebACL': firewall,
  'AWS::WAFv2::WebACLAssociation': firewall,
};
