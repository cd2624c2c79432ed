/**
 * TriggerAuthentications and ClusterTriggerAuthentications: the parameters that they add to a trigger. Each becomes a
 * placeholder, because its value is in a Secret, in the environment or in a vault.
 */
import { isMapping } from '../../config/file/path.js';
import { Fields } from '../fields.js';
import type { Manifest } from '../importer.js';
import type { Placeholders } from './placeholders.js';

interface Parameter {
  readonly field: Fields;
  readonly placeholder: string;
  /** Where KEDA reads the value: `the key uri of the Secret rabbitmq`. */
  readonly origin: string;
}

export interface Authentication {
  /** `TriggerAuthentication shop/rabbitmq`. */
  readonly place: string;
  readonly key: string;
  readonly fields: Fields;
  readonly parameters: ReadonlyMap<string, Parameter>;
  readonly identity: Identity | undefined;
}

/** The identity of a pod, in place of credentials. */
export interface Identity {
  readonly provider: string;
  readonly clientId: string | undefined;
  readonly tenantId: string | undefined;
}

const kinds = ['TriggerAuthentication', 'ClusterTriggerAuthentication'];

export function isAuthentication({ value }: Manifest): boolean {
  return isMapping(value) && kinds.includes(String(value['kind']));
}

/** The same for a document and for a reference to it. */
export function authenticationKey(kind: string, namespace: string | undefined, name: string): string {
  return kind === 'ClusterTriggerAuthentication' ? `${kind} ${name}` : `${kind} ${namespace ?? ''}/${name}`;
}

export function authenticationOf({ place, value }: Manifest, placeholders: Placeholders): Authentication {
  const root = new Fields(place, value);
  const kind = root.at('kind').text();
  const name = root.at('metadata', 'name').text();
  const namespace = root.at('metadata', 'namespace').optionalText();
  const title = `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
  const fields = new Fields(title, value);
  fields.at('kind').take();
  if (fields.at('apiVersion').text() !== 'keda.sh/v1alpha1') {
    throw fields.at('apiVersion').invalid('is not keda.sh/v1alpha1');
  }
  for (const field of ['name', 'namespace']) fields.at('metadata', field).take();
  const spec = fields.at('spec');
  const provider = spec.at('podIdentity', 'provider');
  return {
    place: title,
    key: authenticationKey(kind, namespace, name),
    fields,
    parameters: new Map(parametersOf(spec, name, placeholders)),
    identity: provider.isPresent
      ? {
          provider: provider.text(),
          clientId: spec.at('podIdentity', 'identityId').optionalText(),
          tenantId: spec.at('podIdentity', 'identityTenantId').optionalText(),
        }
      : undefined,
  };
}

type Entry = readonly [name: string, parameter: Parameter];

function parametersOf(spec: Fields, name: string, placeholders: Placeholders): readonly Entry[] {
  const entry = (field: Fields, wanted: string, origin: string): Entry => [
    field.at('parameter').text(),
    { field, placeholder: placeholders.for(wanted, origin), origin },
  ];
  const keys = (kind: string) => (field: Fields) => {
    const [object, key] = [field.at('name').text(), field.at('key').text()];
    return entry(field, `${object} ${key}`.toUpperCase(), `the key ${key} of the ${kind} ${object}`);
  };
  const variable = (field: Fields) => {
    const variableName = field.at('name').text();
    const container = field.at('containerName').optionalText();
    const where = container === undefined ? 'the scaled pods' : `the container ${container} of the scaled pods`;
    return entry(field, variableName, `the variable ${variableName} of ${where}`);
  };
  const inVault = (vault: string) => (field: Fields) =>
    entry(field, `${name} ${field.at('parameter').text()}`.toUpperCase(), `${vault} (${field.place})`);
  return [
    ...spec.at('secretTargetRef').items().map(keys('Secret')),
    ...spec.at('configMapTargetRef').items().map(keys('ConfigMap')),
    ...spec.at('env').items().map(variable),
    ...spec.at('hashiCorpVault', 'secrets').items().map(inVault('Vault')),
    ...spec.at('azureKeyVault', 'secrets').items().map(inVault('Azure Key Vault')),
    ...spec.at('gcpSecretManager', 'secrets').items().map(inVault('Secret Manager of Google Cloud')),
    ...spec.at('awsSecretManager', 'secrets').items().map(inVault('AWS Secrets Manager')),
  ];
}
