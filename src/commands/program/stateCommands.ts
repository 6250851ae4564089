import type { Command } from 'commander'
import { helpText } from '../helpText.ts'
import type { Done, Wiring } from './types.ts'

export function addState(program: Command, host: Wiring, done: Done): void {
  const state = program
    .command('state')
    .description('what was last applied, as the state remembers it')
    .addHelpText(
      'after',
      helpText({
        examples: [
          'groundcrew state list',
          'groundcrew state show bucket/spacelift-states',
          'groundcrew state rm bucket/spacelift-exports',
        ],
      }),
    )
  state
    .command('list')
    .description('the address of every resource, one a line')
    .addHelpText(
      'after',
      helpText({ examples: ['groundcrew state list', 'groundcrew state list --json  # with what each comes after and who made it'] }),
    )
    .action(async (_options, command: Command) => done(await (await import('../state.ts')).stateList(host, command.optsWithGlobals())))
  state
    .command('show')
    .description('what is remembered of one resource, as JSON')
    .argument('<address>', 'as groundcrew state list tells it')
    .addHelpText(
      'after',
      helpText({
        examples: ['groundcrew state show bucket/spacelift-states', 'groundcrew state show secret/spacelift/spacelift-shared --json'],
      }),
    )
    .action(async (it: string, _options, command: Command) =>
      done(await (await import('../state.ts')).stateShow(host, command.optsWithGlobals(), it)),
    )
  state
    .command('rm')
    .description('forget resources without touching them')
    .argument('<address...>', 'as groundcrew state list tells them')
    .addHelpText(
      'after',
      helpText({ examples: ['groundcrew state rm bucket/spacelift-exports', 'groundcrew state rm image/backend image/launcher'] }),
    )
    .action(async (all: string[], _options, command: Command) =>
      done(await (await import('../state.ts')).stateRemove(await host.reporting(), command.optsWithGlobals(), all)),
    )
}

export function addHistory(program: Command, host: Wiring, done: Done): void {
  program
    .command('history')
    .description('the applies, oldest first; with a run’s name that one in full')
    .argument('[run]', 'its name, or the beginning of it')
    .addHelpText(
      'after',
      helpText({
        examples: [
          'groundcrew history',
          'groundcrew history 20261124T0102  # the beginning of its name is enough',
          'groundcrew history --json | jq -r \'select(.result != "complete").run\'',
        ],
      }),
    )
    .action(async (run: string | undefined, _options, command: Command) =>
      done(await (await import('../history.ts')).historyCommand(host, command.optsWithGlobals(), run)),
    )
}

export function addForceUnlock(program: Command, host: Wiring, done: Done): void {
  program
    .command('force-unlock')
    .description('free the lock of a run that is known to be gone')
    .argument('<id>', 'the run, as groundcrew apply names it')
    .option('--force', 'do not ask')
    .addHelpText(
      'after',
      helpText({
        examples: [
          'groundcrew force-unlock 20261124T010203456Z-1b2c3d4e',
          'groundcrew force-unlock --force 20261124T010203456Z-1b2c3d4e  # without asking',
        ],
      }),
    )
    .action(async (id: string, _options, command: Command) => {
      const { forceUnlock } = await import('../forceUnlock.ts')
      done(await forceUnlock(await host.reporting(), command.optsWithGlobals(), id))
    })
}
