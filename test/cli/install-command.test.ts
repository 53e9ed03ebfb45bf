import { describe, expect, test } from 'vitest'
import { installCommand } from '../../harness/package.ts'

describe('the command that installs an optional package', () => {
  test('asks for optional peers in the way that npm heeds inside of a clone, in the version of package.json', () => {
    expect(installCommand('webgpu', '@tensorflow/tfjs-backend-webgpu')).toBe('npm install --no-save --save-dev webgpu @tensorflow/tfjs-backend-webgpu@4.22.0')
  })

  test('names a package that package.json does not list without a version', () => {
    expect(installCommand('@tensorflow/tfjs-node')).toMatch(/ @tensorflow\/tfjs-node$/)
  })
})
