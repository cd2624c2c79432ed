/** external and external-push: scalers that were written for KEDA. */
import { settings, type Converter } from './trigger.js';

const own = ['scalerAddress', 'enableTLS', 'unsafeSsl'];

export const external: Converter = ({ type, parameters, scaledObject }) => {
  const metadata = Object.fromEntries(
    parameters.metadata.entries().flatMap(([name]) => {
      const plain = name.replace(/FromEnv$/, '');
      if (own.includes(name)) return [];
      // KEDA passes the value of a variable under the name with the ending.
      return [[name, (name === plain ? parameters.text(name) : parameters.text(plain)) ?? '']];
    }),
  );
  const tls = settings({
    ca: parameters.secret('caCert'),
    cert: parameters.secret('tlsClientCert'),
    key: parameters.secret('tlsClientKey'),
    ...(parameters.flag('unsafeSsl') && { verify: false }),
  });
  const signal = settings({
    type: 'keda-external',
    address: parameters.required('scalerAddress'),
    metadata: Object.keys(metadata).length === 0 ? undefined : metadata,
    ...(type === 'external-push' && { push: true }),
    name: scaledObject.name,
    namespace: scaledObject.namespace,
    tls: parameters.flag('enableTLS') || Object.keys(tls).length > 0 ? tls : undefined,
  });
  const written = Object.entries(metadata).find(([name, value]) => isTarget(name) && Number(value) > 0);
  const target = written === undefined ? 1 : Number(written[1]);
  parameters.drop(
    'scalerAddress',
    'the target of the scaler',
    `the scaler reports its target when it runs. ${written === undefined ? '1 stands in its place' : `${target} is that of ${written[0]}`}: compare it with the HPA of KEDA (kubectl get hpa)`,
  );
  return {
    name: 'work',
    signal,
    other: { ending: 'active', signal: { ...signal, measure: 'active' } },
    // At zero nothing is requested before the scaler is active.
    value: (work, active) => `${work} * max(${active}, min(current, 1))`,
    target,
    activation: 0,
    isActiveByOther: true,
  };
};

function isTarget(name: string): boolean {
  return /target|threshold/i.test(name) && !/activation/i.test(name);
}
