/** The clouds of Azure. Each has its own sign-in server and its own addresses. */
import { z } from 'zod';

export const azureClouds = {
  public: {
    signIn: 'https://login.microsoftonline.com',
    manager: 'https://management.azure.com',
    serviceBus: 'servicebus.windows.net',
    storage: 'core.windows.net',
  },
  usGovernment: {
    signIn: 'https://login.microsoftonline.us',
    manager: 'https://management.usgovcloudapi.net',
    serviceBus: 'servicebus.usgovcloudapi.net',
    storage: 'core.usgovcloudapi.net',
  },
  china: {
    signIn: 'https://login.chinacloudapi.cn',
    manager: 'https://management.chinacloudapi.cn',
    serviceBus: 'servicebus.chinacloudapi.cn',
    storage: 'core.chinacloudapi.cn',
  },
} as const;

export const cloudSetting = z
  .enum(Object.keys(azureClouds) as (keyof typeof azureClouds)[])
  .default('public')
  .describe('Cloud of Azure: `public`, `usGovernment`, or `china`, which is operated by 21Vianet.');
