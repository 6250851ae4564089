import type { Command } from 'commander'
import { helpText } from '../helpText.ts'
import type { OnExit, ProgramHost } from './types.ts'

export function addState(program: Command, host: ProgramHost, onExit: OnExit): void {
  const state = program
    .command('state')
    .description('show or edit the record of what was last applied')
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
    .description('the address of every resource, one per line')
    .addHelpText(
      'after',
      helpText({ examples: ['groundcrew state list', 'groundcrew state list --json  # with dependencies and provenance'] }),
    )
    .action(async (_options, command: Command) => onExit(await (await import('../state.ts')).stateList(host, command.optsWithGlobals())))
  state
    .command('show')
    .description('the record of one resource, as JSON')
    .argument('<address>', 'as groundcrew state list prints it')
    .addHelpText(
      'after',
      helpText({
        examples: ['groundcrew state show bucket/spacelift-states', 'groundcrew state show secret/spacelift/spacelift-shared --json'],
      }),
    )
    .action(async (address: string, _options, command: Command) =>
      onExit(await (await import('../state.ts')).stateShow(host, command.optsWithGlobals(), address)),
    )
  state
    .command('rm')
    .description('remove resources from the state without changing them')
    .argument('<address...>', 'as groundcrew state list prints them')
    .addHelpText(
      'after',
      helpText({ examples: ['groundcrew state rm bucket/spacelift-exports', 'groundcrew state rm image/backend image/launcher'] }),
    )
    .action(async (addresses: string[], _options, command: Command) =>
      onExit(await (await import('../state.ts')).stateRemove(await host.reporting(), command.optsWithGlobals(), addresses)),
    )
}

export function addHistory(program: Command, host: ProgramHost, onExit: OnExit): void {
  program
    .command('history')
    .description('list all applies, oldest first; with the name of one, its details')
    .argument('[run]', 'the name of an apply, or the start of it')
    .addHelpText(
      'after',
      helpText({
        examples: [
          'groundcrew history',
          'groundcrew history 20261124T0102  # the start of the name is enough',
          'groundcrew history --json | jq -r \'select(.result != "complete").run\'',
        ],
      }),
    )
    .action(async (run: string | undefined, _options, command: Command) =>
      onExit(await (await import('../history.ts')).historyCommand(host, command.optsWithGlobals(), run)),
    )
}

export function addForceUnlock(program: Command, host: ProgramHost, onExit: OnExit): void {
  program
    .command('force-unlock')
    .description('free the lock of a run that is known to have ended')
    .argument('<id>', 'the run that holds the lock, as groundcrew apply prints it')
    .option('--force', 'do not prompt for approval')
    .addHelpText(
      'after',
      helpText({
        examples: [
          'groundcrew force-unlock 20261124T010203456Z-1b2c3d4e',
          'groundcrew force-unlock --force 20261124T010203456Z-1b2c3d4e  # no prompt',
        ],
      }),
    )
    .action(async (id: string, _options, command: Command) => {
      const { forceUnlock } = await import('../forceUnlock.ts')
      onExit(await forceUnlock(await host.reporting(), command.optsWithGlobals(), id))
    })
}
