/** gcp-pubsub and gcp-stackdriver. */
import { isPlaceholder } from '../address.js';
import type { Parameters } from '../parameters.js';
import { settings, type Converter } from './trigger.js';

const measures: Readonly<Record<string, string>> = {
  SubscriptionSize: 'backlog',
  NumUndeliveredMessages: 'backlog',
  OldestUnackedMessageAge: 'oldestAgeSeconds',
};

export const pubsub: Converter = ({ parameters }) => {
  const mode = parameters.text('mode') ?? 'SubscriptionSize';
  const measure = measures[mode];
  if (measure === undefined || parameters.has('topicName')) {
    return {
      what: measure === undefined ? `the mode ${mode}` : 'topicName',
      why: 'the source google-pubsub measures the backlog of a subscription and its age. Use google-cloud-monitoring with a filter',
    };
  }
  const horizon = 'is left out: the newest point counts';
  parameters.ignore({ timeHorizon: horizon, aggregation: horizon });
  const written = parameters.required('subscriptionName');
  const [, project, subscription = written] = /^projects\/([^/]+)\/subscriptions\/(.+)$/.exec(written) ?? [];
  if (project === undefined) {
    parameters.warn(
      'subscriptionName',
      'has no project: write it in place of ${GOOGLE_CLOUD_PROJECT}, or set that variable in the environment of the worker. KEDA takes it from the credentials',
    );
  }
  return {
    name: isPlaceholder(subscription) ? 'messages' : subscription,
    signal: settings({
      type: 'google-pubsub',
      project: project ?? '${GOOGLE_CLOUD_PROJECT}',
      subscription,
      measure: measure === 'backlog' ? undefined : measure,
      emptyAs: parameters.number('valueIfNull'),
      credentials: credentialsOf(parameters),
    }),
    target: parameters.number('value') ?? parameters.number('subscriptionSize') ?? 10,
    activation: parameters.number('activationValue') ?? 0,
  };
};

export const stackdriver: Converter = ({ parameters }) => {
  const seconds = parameters.number('alignmentPeriodSeconds');
  const aligner = parameters.text('alignmentAligner')?.toUpperCase();
  const reducer = parameters.text('alignmentReducer')?.toUpperCase();
  parameters.ignore({ filterDuration: 'is left out: the newest point counts' });
  return {
    name: 'metric',
    signal: settings({
      type: 'google-cloud-monitoring',
      project: parameters.required('projectId'),
      filter: parameters.required('filter'),
      aligner: aligner === 'NONE' ? undefined : aligner,
      period: seconds === undefined ? undefined : seconds % 3600 === 0 ? `${seconds / 3600}h` : `${seconds / 60}m`,
      reducer: reducer === 'NONE' ? undefined : reducer,
      emptyAs: parameters.number('valueIfNull'),
      credentials: credentialsOf(parameters),
    }),
    target: parameters.number('targetValue') ?? 5,
    activation: parameters.number('activationTargetValue') ?? 0,
  };
};

function credentialsOf(parameters: Parameters): string | undefined {
  const inFile = parameters.text('credentialsFromEnvFile');
  if (inFile !== undefined) {
    parameters.warn(
      'credentialsFromEnvFile',
      'is left out: set GOOGLE_APPLICATION_CREDENTIALS for the worker to that file',
    );
  }
  return parameters.secret('GoogleApplicationCredentials') ?? parameters.secret('credentials');
}
