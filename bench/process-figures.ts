/** Processor time and memory of a process, from Linux. */
import { readFileSync } from 'node:fs';

/** Of USER_HZ, which is 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;
const kibibytesPerMb = 1000 / 1.024;

/** Resident memory (RSS), in MB. */
export function residentMb(pid: number): number {
  const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kibibytes) / kibibytesPerMb;
}

/** Processor time since the process started, in user and kernel mode. */
export function processorSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name comes second, in brackets, and may hold blanks; utime and stime are the 14th and 15th field.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}
