/** Common to the Azure sources: settings, and what to do after an error. */
import { identitySettings } from '../../net/azure/identity.js';
import { AdapterError, type Advice, withAdvice } from '../../net/errors.js';
import { addressSetting } from '../../net/server-address.js';
import { tlsSettings } from '../../net/tls.js';

export const azureSettings = {
  ...identitySettings,
  endpoint: addressSetting(['http', 'https'])
    .optional()
    .describe('Address of the API, such as that of a private endpoint. Default: the address in the cloud.'),
  tls: tlsSettings.optional(),
};

/** Adds what to do next to the error of a request. */
export async function advised<Result>(advice: Advice, request: Promise<Result>): Promise<Result> {
  try {
    return await request;
  } catch (error) {
    // The sampler itself has advice for these two.
    if (!(error instanceof AdapterError) || error.code === 'timeout' || error.code === 'stopped') throw error;
    throw new AdapterError(error.code, withAdvice(error, { ...common, ...advice }), error);
  }
}

const reach = 'Check the address, the network and HTTPS_PROXY.';

const common: Advice = {
  notSent: reach,
  unreachable: reach,
  throttled: 'Raise interval.',
  failed: 'The service reports an error of its own. Look at its health in the portal of Azure.',
  malformed: 'Check endpoint, and any proxy.',
};
