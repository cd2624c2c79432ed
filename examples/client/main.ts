/** Scales a resource without an API server: the client talks to Temporal. */
import { ConfigError, EscapementClient, EscapementError } from 'escapement';

const [resource = 'worker', target = '3'] = process.argv.slice(2);

const escapement = await EscapementClient.overTemporal({ configFile: 'escapement.yaml' }).catch((error: unknown) => {
  if (!(error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exit(2);
});
try {
  const { sentence } = await escapement.preview(resource, { targetCapacity: Number(target) });
  console.log(sentence);
  await escapement.scaleAndWait(resource, { targetCapacity: Number(target), reason: 'an example' });
  const { runs } = await escapement.runs(resource, 1);
  console.log(`${resource} has ${target} units; run ${runs[0]?.runId ?? ''}`);
} catch (error) {
  if (!(error instanceof EscapementError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await escapement.close();
}
