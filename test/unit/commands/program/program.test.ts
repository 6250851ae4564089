import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { normalizeSingleDash } from '../../../../src/commands/program/program.ts'
import { VERSION } from '../../../../src/version.ts'

const program = new Command().option('-f, --file <file>')
program.command('plan').option('-o, --out <file>').option('--detailed-exitcode')

test('Terraform’s single dashes are taken for long options', () => {
  const given = ['plan', '-out=x', '-detailed-exitcode', '-f', 'a.yaml', '-out', 'y']
  assert.equal(normalizeSingleDash(given, program), ['plan', '--out=x', '--detailed-exitcode', '-f', 'a.yaml', '--out', 'y'])
})

test('what names no long option, and all after --, is left alone', () => {
  const given = ['plan', '-nope', '-o', 'x', '--', '-out=x']
  assert.equal(normalizeSingleDash(given, program), given)
})

test('the version is that of the package', () => {
  assert.is(VERSION, JSON.parse(readFileSync('package.json', 'utf8')).version)
})

test.run()
