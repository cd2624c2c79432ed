/** What a person reads when everything is running: the addresses, and what to try first. */
import type { Role } from './role.js';

interface Addresses {
  readonly url: string;
  readonly webUiUrl: string | undefined;
  readonly temporalAddress: string;
  readonly isSimulated: boolean;
}

/** A block of text on a terminal, log lines elsewhere. */
export function greet({ config, settings, log }: Role, { isSimulated, ...places }: Addresses): void {
  const { url, webUiUrl, temporalAddress } = places;
  const [resource = 'worker'] = Object.keys(config.resources);
  const token = settings.apiToken === undefined ? '' : ` -H "Authorization: Bearer $ESCAPEMENT_API_TOKEN"`;
  const json = `-H 'Content-Type: application/json' -d '{"targetCapacity": 5}'`;
  const scale = `curl -X POST ${url}/v1/resources/${resource}/scale${token} ${json}`;

  if (!process.stdout.isTTY) {
    if (isSimulated) log.warn(demoNotice.join(' '));
    log.info({ ...places, try: scale }, 'Escapement is up');
    return;
  }
  const stars = '*'.repeat(76);
  const lines = [
    ...(isSimulated ? [stars, ...demoNotice, stars] : []),
    `Console    ${url}`,
    `API        ${url}/docs`,
    webUiUrl === undefined ? `Temporal   ${temporalAddress}` : `Temporal   ${webUiUrl}  (temporal workflow list)`,
    `Resources  ${Object.keys(config.resources).join(', ')}`,
    '',
    'Try:',
    `  ${scale}`,
    `  curl ${url}/v1/resources/${resource}${token}`,
  ];
  console.log(['', ...lines, ''].join('\n'));
}

const demoNotice = [
  'DEMO: nothing is configured, so the sidecar is SIMULATED. Nothing real is',
  'scaled. Write an escapement.yaml, or set AUTOSCALER_TARGET_RESOURCE, to scale',
  'a real resource.',
];
