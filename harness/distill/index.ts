export { runRecipe, type DistillOptions, type DistillProgress, type DistillResult } from './run.ts'
export { loadRecipe, RecipeSchema, type Recipe } from './recipe.ts'
