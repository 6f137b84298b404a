// AWS::ApiGateway::* in the template: gathered into one definition per REST API.
import * as z from 'zod';
import { type ApiDefinition, readGatewayResponse, type Route } from './api-definition.ts';
import { readProperties, withoutBehaviour } from './properties.ts';
import { type Behaviour, physicalName, type Place, type World } from './world.ts';

const text = z.string();

const apiSchema = z.strictObject({
  BinaryMediaTypes: z.array(text).default([]),
  Name: text,
  ...withoutBehaviour('Description', 'EndpointConfiguration', 'Policy', 'Tags'),
});

const createApi: Behaviour = (properties, place, world) => {
  const said = readProperties(apiSchema, place.name, properties);
  const { Name: name, BinaryMediaTypes: binaryMediaTypes } = said;
  const id = place.logicalId;
  world.apis.set(id, { id, name, binaryMediaTypes, routes: [], stages: [], gatewayResponses: new Map() });
  return { ref: id, attributes: { RootResourceId: `${id}/`, RestApiId: id } };
};

/** A resource's id is its API's id and its path: nothing else needs to be kept. */
const createPath: Behaviour = (properties, place) => {
  const schema = z.strictObject({ ParentId: text, PathPart: text, RestApiId: text });
  const { ParentId: parent, PathPart: part } = readProperties(schema, place.name, properties);
  return { ref: `${parent}${parent.endsWith('/') ? '' : '/'}${part}` };
};

const methodSchema = z.strictObject({
  AuthorizationType: z.enum(['AWS_IAM', 'NONE']),
  HttpMethod: text,
  Integration: z.strictObject({
    IntegrationHttpMethod: z.literal('POST'),
    Type: z.literal('AWS_PROXY'),
    Uri: text,
  }),
  ResourceId: text,
  RestApiId: text,
});

const createMethod: Behaviour = (properties, place, world) => {
  const said = readProperties(methodSchema, place.name, properties);
  const functionArn = /functions\/(arn:[^/]+)\/invocations$/.exec(said.Integration.Uri)?.[1];
  if (functionArn === undefined)
    throw new Error(`${place.name} calls ${said.Integration.Uri}, which is no function.`);
  const route: Route = {
    method: said.HttpMethod,
    path: said.ResourceId.slice(said.RestApiId.length),
    auth: said.AuthorizationType === 'AWS_IAM' ? 'iam' : 'none',
    functionArn,
  };
  api(said.RestApiId, place, world).routes.push(route);
  return { ref: physicalName(place) };
};

const stageSchema = z.strictObject({
  RestApiId: text,
  StageName: text,
  ...withoutBehaviour('AccessLogSetting', 'DeploymentId', 'MethodSettings', 'Tags', 'TracingEnabled'),
});

const createStage: Behaviour = (properties, place, world) => {
  const said = readProperties(stageSchema, place.name, properties);
  api(said.RestApiId, place, world).stages.push(said.StageName);
  return { ref: said.StageName };
};

const createGatewayResponse: Behaviour = (properties, place, world) => {
  const schema = z.strictObject({
    RestApiId: text,
    ResponseType: text,
    StatusCode: text.optional(),
    ResponseTemplates: z.record(z.string(), text).optional(),
    ResponseParameters: z.record(z.string(), text).optional(),
  });
  const said = readProperties(schema, place.name, properties);
  api(said.RestApiId, place, world).gatewayResponses.set(
    said.ResponseType,
    readGatewayResponse(place.name, said),
  );
  return { ref: physicalName(place) };
};

/** Routes are live at once here: a deployment has nothing left to do. */
const createDeployment: Behaviour = (_properties, place) => ({
  ref: physicalName(place),
  attributes: { DeploymentId: physicalName(place) },
});

function api(id: string, place: Place, world: World): ApiDefinition {
  const found = world.apis.get(id);
  if (!found) throw new Error(`${place.name} belongs to the API ${id}, which this template does not have.`);
  return found;
}

export const apiBehaviours: Readonly<Record<string, Behaviour>> = {
  'AWS::ApiGateway::Deployment': createDeployment,
  'AWS::ApiGateway::GatewayResponse': createGatewayResponse,
  'AWS::ApiGateway::Method': createMethod,
  'AWS::ApiGateway::Resource': createPath,
  'AWS::ApiGateway::RestApi': createApi,
  'AWS::ApiGateway::Stage': createStage,
};
