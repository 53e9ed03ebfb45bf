import { expect, it } from 'vitest'
import { getGrader } from '../../harness/workloads/index.ts'

const score = (id: string, kwargs: object, text: string, options: object = {}): number =>
  getGrader('instructions', options).grade({ id: '1', hash: 'h', prompt: 'p', target: JSON.stringify({ ids: [id], kwargs: [kwargs] }) }, text).score

it.each([
  ['punctuation:no_comma', {}, 'no comma here', 1],
  ['punctuation:no_comma', {}, 'one, comma', 0],
  ['punctuation:no_comma', {}, '  ', 0],
  ['keywords:existence', { keywords: ['Rain', 'sun'] }, 'The sun after rain.', 1],
  ['keywords:existence', { keywords: ['rain', 'snow'] }, 'Only rain.', 0],
  ['keywords:forbidden_words', { forbidden_words: ['cat'] }, 'A category', 1],
  ['keywords:forbidden_words', { forbidden_words: ['cat'] }, 'A Cat!', 0],
  ['keywords:frequency', { keyword: 'ha', frequency: 3, relation: 'at least' }, 'haha Ha', 1],
  ['keywords:frequency', { keyword: 'ha', frequency: 3, relation: 'less than' }, 'haha Ha', 0],
  ['keywords:letter_frequency', { letter: 'a', let_frequency: 2, let_relation: 'at least' }, 'banana', 1],
  ['length_constraints:number_words', { num_words: 4, relation: 'less than' }, 'one two three', 1],
  ['length_constraints:number_words', { num_words: 3, relation: 'less than' }, 'one two three', 0],
  ['length_constraints:number_sentences', { num_sentences: 2, relation: 'at least' }, 'One. Two!', 1],
  ['length_constraints:number_paragraphs', { num_paragraphs: 2 }, 'a\n***\nb', 1],
  ['length_constraints:nth_paragraph_first_word', { num_paragraphs: 2, nth_paragraph: 2, first_word: 'second' }, 'First one\n\nSecond one', 1],
  ['detectable_content:number_placeholders', { num_placeholders: 2, relation: 'at least' }, '[name] and [date]', 1],
  ['detectable_content:postscript', { postscript_marker: 'P.S.' }, 'Bye\nP.S. more', 1],
  ['detectable_format:number_bullet_lists', { num_bullets: 2 }, '* a\n- b', 1],
  ['detectable_format:number_bullet_lists', { num_bullets: 2 }, '* a\n* b\n* c', 0],
  ['detectable_format:number_highlighted_sections', { num_highlights: 2, relation: 'at least' }, '*a* and **b**', 1],
  ['detectable_format:multiple_sections', { section_spliter: 'SECTION', num_sections: 2 }, 'SECTION 1\na\nSECTION 2\nb', 1],
  ['detectable_format:constrained_response', {}, 'My answer is maybe.', 1],
  ['detectable_format:json_format', {}, '```json\n{"a":1}\n```', 1],
  ['detectable_format:json_format', {}, '{a:1}', 0],
  ['detectable_format:title', {}, '<<My title>>\ntext', 1],
  ['combination:two_responses', {}, 'a ****** b', 1],
  ['combination:two_responses', {}, 'a ****** a', 0],
  ['combination:repeat_prompt', { prompt_to_repeat: 'Say it' }, 'say it. Done', 1],
  ['startend:end_checker', { end_phrase: 'The end' }, 'So: the end', 1],
  ['startend:quotation', {}, '"all of it"', 1],
  ['change_case:english_capital', {}, 'LOUD 1', 1],
  ['change_case:english_lowercase', {}, 'quiet', 1],
  ['change_case:capital_word_frequency', { capital_frequency: 2, capital_relation: 'at least' }, 'A BIG deal', 1],
  ['language:response_language', { language: 'ko' }, '안녕하세요 OK', 1],
  ['language:response_language', { language: 'en' }, '안녕하세요', 0],
  ['not:known', {}, 'x', 0],
])('%s %j of %j: %j', (id, kwargs, text, expected) => expect(score(id, kwargs, text)).toBe(expected))

it('scores all or nothing, or the share that was followed, and names what was not', () => {
  const item = { id: '1', hash: 'h', prompt: 'p', target: '{"ids":["punctuation:no_comma","not:known"],"kwargs":[{},null]}' }
  expect(getGrader('instructions').grade(item, 'x')).toMatchObject({ score: 0, detail: 'not followed: not:known (not known)' })
  expect(getGrader('instructions', { share: true }).grade(item, 'x').score).toBe(0.5)
})

it('the loose score leaves out a first line and asterisks', () => {
  expect(score('startend:quotation', {}, 'Sure:\n"all of it"')).toBe(0)
  expect(score('startend:quotation', {}, 'Sure:\n"all of it"', { loose: true })).toBe(1)
})
