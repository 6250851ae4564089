import { type Command, Option } from 'commander'
import { DRIFT_FORMS } from '../../session/driftForms.ts'
import { POLICIES } from '../../values/policy.ts'
import { helpText } from '../helpText.ts'
import type { OnExit, ProgramHost } from './types.ts'

export function addPlan(program: Command, host: ProgramHost, onExit: OnExit): void {
  worldOptions(program.command('plan').description('show the difference, its causes and what restarts; writes to no server'))
    .option('--detailed-exitcode', 'exit 2 when there are changes')
    .option('-o, --out <file>', 'save the plan for groundcrew apply FILE')
    .addHelpText(
      'after',
      helpText({
        exitCodes: {
          0: 'done, whether there are changes or not',
          1: 'an error, or a resource could not be read',
          2: 'with --detailed-exitcode: there are changes, or the plan is partial',
        },
        examples: [
          'groundcrew plan',
          'groundcrew plan -f prod.yaml -detailed-exitcode',
          'groundcrew plan -out friday.plan  # save it for groundcrew apply friday.plan',
          'groundcrew plan -target bucket  # the buckets and what they depend on',
          'groundcrew plan --compact  # one line per resource',
          'groundcrew plan --json | jq \'select(.type == "planned_change").address\'',
        ],
      }),
    )
    .action(async (_options, command: Command) => {
      const { planCommand } = await import('../plan.ts')
      onExit(await planCommand(await host.reporting(), command.optsWithGlobals()))
    })
}

export function addApply(program: Command, host: ProgramHost, onExit: OnExit): void {
  worldOptions(program.command('apply').description('plan, prompt for approval, and apply only the changes'))
    .argument('[plan]', 'a plan saved by groundcrew plan -out FILE: exactly that plan is applied, once')
    .option('--auto-approve', 'do not prompt for approval')
    .option('--lock-timeout <duration>', 'how long to wait for another apply to end, e.g. 5m', '0s')
    .addHelpText(
      'after',
      helpText({
        exitCodes: {
          0: 'everything is as planned',
          1: 'a step failed or was refused: apply again to continue',
          130: 'after Ctrl-C: apply again to continue',
        },
        examples: [
          'groundcrew apply',
          'groundcrew apply friday.plan  # exactly the saved plan, or an error',
          'groundcrew apply --auto-approve --lock-timeout 5m',
          'groundcrew apply --json --auto-approve  # one JSON object per line',
        ],
      }),
    )
    .action(async (plan: string | undefined, _options, command: Command) => {
      const { applyCommand } = await import('../apply.ts')
      onExit(await applyCommand(await host.reporting(), command.optsWithGlobals(), plan))
    })
}

export function addDrift(program: Command, host: ProgramHost, onExit: OnExit): void {
  program
    .command('drift')
    .description('report what changed outside groundcrew since the last apply; writes to no server')
    .addOption(new Option('--output <format>', 'format of the report; json is one document').choices(DRIFT_FORMS).default('text'))
    .option('--out <file>', 'write the report to this file instead, completely or not at all')
    .option('--quiet', 'print nothing when nothing drifted: for cron')
    .option('--remember <file>', 'remember in this file what drifted: the next report shows since when')
    .option('--skip <address>', 'do not check this resource, or all whose addresses start with it (repeatable)', collect)
    .option('--lock-timeout <duration>', 'how long to wait for a running apply, e.g. 5m', '1m')
    .option('--accept-new-world', 'the installation has moved to another cluster or object store')
    .addHelpText(
      'after',
      helpText({
        exitCodes: { 0: 'no drift', 1: 'an error, or a resource could not be checked', 2: 'drift' },
        examples: [
          'groundcrew drift',
          'groundcrew drift --skip image  # all except images',
          'groundcrew drift --output json > drift.json  # one document',
          'groundcrew drift --json  # one JSON object per line',
          'groundcrew drift --output html --out drift.html  # one self-contained page',
          'groundcrew drift --quiet --remember drift.memory  # cron',
        ],
      }),
    )
    .action(async (_options, command: Command) =>
      onExit(await (await import('../drift.ts')).driftCommand(await host.reporting(), command.optsWithGlobals())),
    )
}

export function addWatch(program: Command, host: ProgramHost, onExit: OnExit): void {
  program
    .command('watch')
    .description('run as a daemon: check continuously, and apply what the policy allows')
    .addOption(
      new Option('--policy <policy>', 'what is applied without approval (default: watch.policy in the file, else none)').choices(POLICIES),
    )
    .option('--interval <duration>', 'time between checks that nothing triggers (default: watch.interval in the file, else 60s)')
    .addHelpText(
      'after',
      helpText({
        exitCodes: { 0: 'stopped by Ctrl-C or SIGTERM', 1: 'it could not start' },
        examples: [
          'groundcrew watch  # reports only',
          'groundcrew watch --policy drifted --interval 5m  # repairs drift',
          'groundcrew watch --json --log-file /var/log/groundcrew.jsonl',
        ],
      }),
    )
    .action(async (_options, command: Command) => {
      const { watchCommand } = await import('../watch.ts')
      onExit(await watchCommand(await host.reporting(), command.optsWithGlobals()), 'daemon')
    })
}

function worldOptions(command: Command): Command {
  return command
    .option('--target <address>', 'only this resource and what it depends on (repeatable)', collect)
    .option('--exclude <address>', 'everything except this resource and what depends on it (repeatable)', collect)
    .option('--accept-new-world', 'the installation has moved to another cluster or object store')
    .option('--accept-data-loss <address>', 'allow a change that deletes the data of this resource (repeatable)', collect)
    .option(
      '--track',
      'restart workloads that are not tracked yet, so that later changes of secrets and images restart exactly their readers',
    )
    .option('--replace-encryption-key', 'replace the encryption key: data encrypted with the old one is lost')
    .option('--accept-other-chart', 'accept a chart whose content differs from the one applied under the same version')
    .option('--compact', 'one line per resource, without the values')
}

function collect(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value]
}
