import { join } from 'node:path'
import { fromSource, repository } from '../support/installation.ts'
import type { Command } from '../support/run.ts'

/** groundcrew as it runs elsewhere. Each command keeps the process id that was started, so that signals reach it. */

/** On a host with another name. */
export const onHost = (name: string, program: Command = fromSource): Command => [
  'unshare',
  '--uts',
  'sh',
  '-c',
  'hostname "$0" && exec "$@"',
  name,
  ...program,
]

/** On this host, in another pid namespace. */
export const inPidNamespace = (program: Command = fromSource): Command => ['unshare', '--pid', '--fork', '--mount-proc', ...program]

/** On this host, in a time namespace with another boot time. */
export const inTimeNamespace = (program: Command = fromSource): Command => [
  'unshare',
  '--time',
  '--boottime',
  '100000',
  '--fork',
  ...program,
]

/** On another machine that has the same host name as this one. */
export const onHostWithSameName = (program: Command = fromSource): Command => [
  'unshare',
  '--mount',
  'sh',
  '-c',
  'for file in /proc/sys/kernel/random/boot_id /etc/machine-id; do [ ! -e $file ] || mount --bind "$0" $file; done; exec "$@"',
  join(repository, 'test/acceptance/concurrency/otherMachineId'),
  ...program,
]

/** groundcrew that waits for a shell command after one of its journal records. */
export const interruptAtRecord: Command = [
  process.execPath,
  '--disable-warning=ExperimentalWarning',
  join(repository, 'test/acceptance/support/interruptAtRecord.ts'),
]

/** With a wall clock whose offset (`-2h`) is read from a file, also while groundcrew runs. */
export const withClock = (file: string, program: Command = fromSource): Command => [
  'env',
  'LD_PRELOAD=/usr/$LIB/faketime/libfaketime.so.1',
  `FAKETIME_TIMESTAMP_FILE=${file}`,
  'FAKETIME_NO_CACHE=1',
  'FAKETIME_DONT_FAKE_MONOTONIC=1',
  ...program,
]
