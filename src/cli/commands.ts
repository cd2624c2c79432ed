/** Every command of `escapement`, each loaded when it is needed. */
import type { Command } from 'commander';

/** In the order of `--help`. A process loads only the command that it runs: a worker has no use for the API's code. */
export const commands: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ['up', async () => (await import('./commands/up.js')).upCommand()],
  ['worker', async () => (await import('./commands/worker.js')).workerCommand()],
  ['api', async () => (await import('./commands/api.js')).apiCommand()],
  ['simulator', async () => (await import('./commands/simulator.js')).simulatorCommand()],
  ['scale', async () => (await import('./commands/remote/scale.js')).scaleCommand()],
  ['retarget', async () => (await import('./commands/remote/scale.js')).retargetCommand()],
  ['cancel', async () => (await import('./commands/remote/scale.js')).cancelCommand()],
  ['plan', async () => (await import('./commands/remote/plan.js')).planCommand()],
  ['plans', async () => (await import('./commands/remote/plan.js')).plansCommand()],
  ['status', async () => (await import('./commands/remote/status.js')).statusCommand()],
  ['runs', async () => (await import('./commands/remote/history.js')).runsCommand()],
  ['decisions', async () => (await import('./commands/remote/history.js')).decisionsCommand()],
  ['explain', async () => (await import('./commands/remote/explain.js')).explainCommand()],
  ['pause', async () => (await import('./commands/remote/control.js')).pauseCommand()],
  ['resume', async () => (await import('./commands/remote/control.js')).resumeCommand()],
  ['override', async () => (await import('./commands/remote/control.js')).overrideCommand()],
  ['validate', async () => (await import('./commands/validate.js')).validateCommand()],
  ['config', async () => (await import('./commands/config.js')).configCommand()],
  ['doctor', async () => (await import('./commands/doctor.js')).doctorCommand()],
  ['apply', async () => (await import('./commands/apply.js')).applyCommand()],
  ['evaluate', async () => (await import('./commands/evaluate.js')).evaluateCommand()],
  ['backtest', async () => (await import('./commands/backtest.js')).backtestCommand()],
  ['import', async () => (await import('./commands/import.js')).importCommand()],
  ['export', async () => (await import('./commands/export.js')).exportCommand()],
  ['completion', async () => (await import('./commands/completion.js')).completionCommand()],
  ['__complete', async () => (await import('./commands/completion.js')).completeCommand(commands)],
]);
