import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { normalizeSingleDash } from '../../../src/commands/program/program.ts'
import { allCommands, commandTree, examplesOf, helpOf } from '../../support/commandTree.ts'

const program = commandTree()

for (const command of [program, ...allCommands(program)]) {
  const name = pathOf(command)

  test(`${name} --help fits a terminal of 80 columns`, () => {
    assert.equal(
      helpOf(command)
        .split('\n')
        .filter((line) => line.length > 80),
      [],
    )
  })

  test(`${name} --help has examples, and its command line takes each of them`, async () => {
    const examples = examplesOf(helpOf(command))
    assert.ok(examples.length >= 2)
    for (const example of examples) {
      assert.ok(example.startsWith(name), example)
      await parses(example)
    }
  })
}

test('an example with a mistake is detected', async () => {
  for (const wrong of ['groundcrew plna', 'groundcrew plan --nonsense', 'groundcrew state rm'])
    assert.is(await parses(wrong).catch(({ name }) => name), 'CommanderError', wrong)
})

/** Reads a command line as groundcrew does, and runs nothing; what the shell does with the output is not its business. */
async function parses(line: string): Promise<void> {
  const tree = commandTree()
  for (const command of allCommands(tree)) if (command.commands.length === 0) command.action(() => undefined)
  const [, ...argv] = (line.split(/ [|>] /)[0] ?? '').trim().split(/ +/)
  await tree.parseAsync(normalizeSingleDash(argv, tree), { from: 'user' })
}

function pathOf(command: typeof program): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name()
}

test.run()
