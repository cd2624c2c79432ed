/** What the sources of Google Cloud share: settings, and advice about errors. */
import { z } from 'zod';
import { AdapterError, type Advice, withAdvice } from '../../net/errors.js';
import { GoogleApi } from '../../net/google/api.js';
import { serviceAccountKey } from '../../net/google/credentials.js';
import { addressSetting } from '../../net/server-address.js';

export const googleSettings = {
  project: z.string().min(1).describe('ID of the project.'),
  credentials: serviceAccountKey
    .optional()
    .describe(
      'Key of a service account, as JSON text: "${file:/etc/google/key.json}". Default: the application default credentials.',
    ),
  endpoint: addressSetting(['http', 'https'])
    .optional()
    .describe(
      'Address of the Cloud Monitoring API, such as that of a private endpoint. Default: `https://monitoring.googleapis.com`.',
    ),
};

type GoogleSettings = z.output<z.ZodObject<typeof googleSettings>>;

/** The reads of one source from one of Google's APIs. They can be used again after `close`. */
export class GoogleReader {
  #api: GoogleApi | undefined;

  constructor(
    private readonly settings: GoogleSettings,
    private readonly timeoutMs: number,
    private readonly address = settings.endpoint ?? 'https://monitoring.googleapis.com',
  ) {}

  get secrets(): readonly string[] {
    return this.#opened().secrets;
  }

  /** @throws AdapterError with advice */
  async advised<Result>(advice: Advice, read: (api: GoogleApi) => Promise<Result>): Promise<Result> {
    try {
      return await read(this.#opened());
    } catch (error) {
      const all = { ...connectionAdvice, ...advice };
      if (!(error instanceof AdapterError) || all[error.code] === undefined) throw error;
      // The advice of the reader of time series is part of its message.
      throw error.code === 'noData' ? error : new AdapterError(error.code, withAdvice(error, all), error);
    }
  }

  close(): void {
    this.#api?.close();
    this.#api = undefined;
  }

  #opened(): GoogleApi {
    const { project, credentials } = this.settings;
    this.#api ??= new GoogleApi({ address: this.address, project, credentials, timeoutMs: this.timeoutMs });
    return this.#api;
  }
}

const connectionAdvice: Advice = {
  notSent: 'Check endpoint, and the network between this machine and the API.',
  unreachable: 'Check endpoint, and the network between this machine and the API.',
  throttled: 'Raise interval: Google writes most metrics once a minute.',
};

/** Of the reads of time series. */
export const metricAdvice: Advice = {
  denied: 'The credentials need the permission monitoring.timeSeries.list on the project (role Monitoring Viewer).',
  missing: 'Check project, and the type of the metric in the filter.',
  refused: 'Check the filter. An aligner and a reducer are valid only for some kinds of metrics.',
  invalid: 'Check endpoint. Redirects are not followed.',
};
