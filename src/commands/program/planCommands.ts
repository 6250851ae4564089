import { type Command, Option } from 'commander'
import { DRIFT_FORMS } from '../../session/driftForms.ts'
import { POLICIES } from '../../values/policy.ts'
import { helpText } from '../helpText.ts'
import type { Done, Wiring } from './types.ts'

export function addPlan(program: Command, host: Wiring, done: Done): void {
  worldOptions(program.command('plan').description('show the difference, its causes and what restarts; writes nothing'))
    .option('--detailed-exitcode', 'exit 2 when there are changes')
    .option('-o, --out <file>', 'save the plan for groundcrew apply FILE')
    .addHelpText(
      'after',
      helpText({
        exitCodes: {
          0: 'done, whether there are changes or not',
          1: 'an error, or something could not be looked at',
          2: 'with --detailed-exitcode: there are changes, or the plan is partial',
        },
        examples: [
          'groundcrew plan',
          'groundcrew plan -f prod.yaml -detailed-exitcode',
          'groundcrew plan -out friday.plan  # save it for groundcrew apply friday.plan',
          'groundcrew plan -target bucket  # the buckets and what they depend on',
          'groundcrew plan --compact  # one line a resource',
          'groundcrew plan --json | jq \'select(.type == "planned_change").address\'',
        ],
      }),
    )
    .action(async (_options, command: Command) => {
      const { planCommand } = await import('../plan.ts')
      done(await planCommand(await host.reporting(), command.optsWithGlobals()))
    })
}

export function addApply(program: Command, host: Wiring, done: Done): void {
  worldOptions(program.command('apply').description('plan, ask, and apply only the changes'))
    .argument('[plan]', 'a plan saved by groundcrew plan -out FILE: exactly that is applied, once')
    .option('--auto-approve', 'do not ask')
    .option('--lock-timeout <duration>', 'how long to wait for another apply, e.g. 5m', '0s')
    .addHelpText(
      'after',
      helpText({
        exitCodes: {
          0: 'all is as planned',
          1: 'something failed or was refused: apply again, it goes on from there',
          130: 'after Ctrl-C: apply again, it goes on from there',
        },
        examples: [
          'groundcrew apply',
          'groundcrew apply friday.plan  # exactly what was saved, or a refusal',
          'groundcrew apply --auto-approve --lock-timeout 5m',
          'groundcrew apply --json --auto-approve  # one JSON object a line',
        ],
      }),
    )
    .action(async (plan: string | undefined, _options, command: Command) => {
      const { applyCommand } = await import('../apply.ts')
      done(await applyCommand(await host.reporting(), command.optsWithGlobals(), plan))
    })
}

export function addDrift(program: Command, host: Wiring, done: Done): void {
  program
    .command('drift')
    .description('tell what changed behind our back since the last apply; writes nothing anywhere')
    .addOption(new Option('--output <form>', 'form of the report; json is one document').choices(DRIFT_FORMS).default('text'))
    .option('--out <file>', 'write the report to this file instead, whole or not at all')
    .option('--quiet', 'say nothing when nothing drifted: for cron')
    .option('--remember <file>', 'keep there what drifted: the next report says since when')
    .option('--skip <address>', 'leave this resource out, or all below it (repeatable)', collect)
    .option('--lock-timeout <duration>', 'how long to wait while an apply runs, e.g. 5m', '1m')
    .option('--accept-new-world', 'the installation has moved to another cluster or object store')
    .addHelpText(
      'after',
      helpText({
        exitCodes: { 0: 'no drift', 1: 'an error, or something could not be looked at', 2: 'drift' },
        examples: [
          'groundcrew drift',
          'groundcrew drift --skip image  # all but the images',
          'groundcrew drift --output json > drift.json  # one document',
          'groundcrew drift --json  # one JSON object a line',
          'groundcrew drift --output html --out drift.html  # a page to mail',
          'groundcrew drift --quiet --remember drift.memory  # cron',
        ],
      }),
    )
    .action(async (_options, command: Command) =>
      done(await (await import('../drift.ts')).driftCommand(await host.reporting(), command.optsWithGlobals())),
    )
}

export function addWatch(program: Command, host: Wiring, done: Done): void {
  program
    .command('watch')
    .description('the daemon: looks again and again, and applies what its policy allows')
    .addOption(new Option('--policy <policy>', 'what it applies by itself (default: what the file says, else none)').choices(POLICIES))
    .option('--interval <duration>', 'how often it looks when nothing triggers a look (default: what the file says, else 60s)')
    .addHelpText(
      'after',
      helpText({
        exitCodes: { 0: 'ended by Ctrl-C or SIGTERM', 1: 'it could not begin' },
        examples: [
          'groundcrew watch  # tells, and changes nothing',
          'groundcrew watch --policy drifted --interval 5m  # and undoes drift',
          'groundcrew watch --json --log-file /var/log/groundcrew.jsonl',
        ],
      }),
    )
    .action(async (_options, command: Command) => {
      const { watchCommand } = await import('../watch.ts')
      done(await watchCommand(await host.reporting(), command.optsWithGlobals()), 'daemon')
    })
}

function worldOptions(command: Command): Command {
  return command
    .option('--target <address>', 'only this resource and what it depends on (repeatable)', collect)
    .option('--exclude <address>', 'all but this resource and what depends on it (repeatable)', collect)
    .option('--accept-new-world', 'the installation has moved to another cluster or object store')
    .option('--accept-data-loss <address>', 'let a change delete the data it names (repeatable)', collect)
    .option('--track', 'restart now what is not tracked yet, so that later changes of secrets and images restart exactly their readers')
    .option('--replace-encryption-key', 'give up what the old encryption key encrypted')
    .option('--accept-other-chart', 'take a chart that has other content than before under its version')
    .option('--compact', 'one line a resource, without the values')
}

function collect(value: string, all: readonly string[] = []): readonly string[] {
  return [...all, value]
}
