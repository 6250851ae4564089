import { readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { State } from '../../../src/state/state.ts'
import { acceptance } from '../support/acceptance.ts'
import { expectExit, expectSame, expectText, LabInstallation } from '../support/installation.ts'
import { expectProblem } from '../support/output.ts'
import { stateEdits, tearNewestHistory } from './stateEdits.ts'
import { stateFileCalls } from './stateFileCalls.ts'

const test = acceptance('the state on disk: written completely or not at all; a truncated or edited one is a problem, never a guess', () =>
  LabInstallation.applied(),
)

test('a state is written to a new file, flushed and renamed, then its folder is flushed; the previous state is kept', async (installation) => {
  const { state } = installation
  const previous = await readFile(join(state, 'installation.json'), 'utf8')
  const calls = await stateFileCalls(installation, ['state', 'rm', 'bucket/spacelift-metadata'])
  expectSame(calls, [
    'link installation.json installation.json.previous.new',
    'rename installation.json.previous.new installation.json.previous',
    'write installation.json.new',
    'fsync installation.json.new',
    'rename installation.json.new installation.json',
    'fsync state',
  ])
  const kept = await readFile(join(state, 'installation.json.previous'), 'utf8')
  if (kept !== previous) throw new Error('the kept file is not the previous state')
  return calls.map((call) => call.split(' ')[0]).join(', ')
})

for (const { name, edit, problem, isSample } of stateEdits) {
  const register = isSample ? test : test.full
  register(`a state ${name} is refused by plan and apply`, (installation) =>
    withState(installation, async (file, text) => {
      await writeFile(file, JSON.stringify(edit(JSON.parse(text) as State)))
      await expectRefused(installation, problem)
    }),
  )
}

test.full('a state truncated at ten places is refused; the problem names the previous one, which can be restored', (installation) =>
  withState(installation, async (file, text) => {
    for (let i = 0; i < 10; i++) {
      await writeFile(file, text)
      await truncate(file, Math.floor((text.length * i) / 10))
      const result = await installation.groundcrew(['state', 'list'])
      expectProblem(result, /truncated or edited/)
      expectText(result.stderr, `${file}.previous`)
    }
    await expectRefused(installation, /truncated or edited/)
    await writeFile(file, await readFile(`${file}.previous`))
    expectText(expectExit(await installation.plan(), 0).stdout, 'No changes.')
  }),
)

test.full('two torn lines in the history of a killed apply are ignored', async (installation) => {
  await tearNewestHistory(installation.state)
  await installation.mc('version', 'suspend', 'lab/spacelift-states')
  expectExit(await installation.apply(), 0)
  expectText(expectExit(await installation.plan(), 0).stdout, 'No changes.')
  expectExit(await installation.groundcrew(['history']), 0)
})

/** Runs `act`, then restores the state's file. */
async function withState({ state }: LabInstallation, act: (file: string, text: string) => Promise<void>): Promise<void> {
  const file = join(state, 'installation.json')
  const text = await readFile(file, 'utf8')
  try {
    await act(file, text)
  } finally {
    await writeFile(file, text)
  }
}

async function expectRefused(installation: LabInstallation, problem: RegExp): Promise<void> {
  expectProblem(await installation.plan(), problem)
  expectProblem(await installation.apply(), problem)
}

test.run()
