import { type ContentStyle } from '../../core/item.js';

/** A made-up publisher: what he is called, and the categories he publishes on, as the sample names them. */
export interface Creator {
  id: string;
  name: string;
  topics: string[];
  /** Publishes on what is eaten, so that recipes make sense. */
  onFood: boolean;
}

const NOT_ON_FOOD: ReadonlySet<string> = new Set(['Two Dogs, One Cat', 'Clean by Noon', 'Everyday Care']);

const NAMES: [name: string, topics: string[]][] = [
  ['Weeknight Pan', ['Fresh meat', 'Pasta & noodles', 'Pasta sauce', 'Canned meals & meat']],
  ['The Breakfast Table', ['Eggs', 'Cold cereal', 'Bacon', 'Breakfast sausage & sandwiches', 'Breakfast bars & snacks']],
  ['Crumb & Crust', ['Bread, buns & rolls', 'Bakery', 'Baking mixes', 'Baking needs', 'Flour & meal']],
  ['Cheese Diary', ['Cheese', 'Deli cheese', 'Crackers']],
  ['Green Basket', ['Fruit & vegetables']],
  ['Salad Every Day', ['Bagged salad', 'Salad dressing & mayonnaise', 'Lettuce', 'Tomatoes']],
  ['Freezer Finds', ['Frozen pizza & snacks', 'Frozen dinners', 'Frozen vegetables', 'Frozen potatoes']],
  ['Sweet Aisle', ['Packaged candy', 'Candy at the checkout', 'Ice cream & sherbet', 'Cookies & cones']],
  ['Two Dogs, One Cat', ['Dog food', 'Cat food', 'Cat litter', 'Pet care supplies']],
  ['Little Spoons', ['Baby food', 'Baby care', 'Diapers', 'Infant formula', 'Yogurt']],
  ['Clean by Noon', ['Household cleaning', 'Laundry detergents', 'Dishwashing', 'Paper towels', 'Bleach']],
  ['Coffee at Six', ['Coffee', 'Tea', 'Milk & cream']],
  ['Soup Season', ['Soup', 'Canned vegetables', 'Canned beans']],
  ['Grill Club', ['Beef', 'Pork', 'Chicken', 'Hot dogs', 'Condiments & sauces']],
  ['Taco Night', ['Mexican food', 'Chips & bagged snacks', 'Cheese']],
  ['Movie Snacks', ['Chips & bagged snacks', 'Soft drinks', 'Popcorn', 'Canisters & snack mixes']],
  ['Lunchbox Notes', ['Lunchmeat', 'Bread, buns & rolls', 'Canned juices', 'Breakfast bars & snacks']],
  ['Budget Trolley', ['Rice, beans & potatoes', 'Pasta & noodles', 'Canned vegetables', 'Dinner mixes']],
  ['Orchard Row', ['Apples', 'Berries', 'Tropical fruit', 'Citrus fruit', 'Grapes']],
  ['Fit & Simple', ['Health food', 'Yogurt', 'Sports drinks', 'Water']],
  ['Deli Corner', ['Deli']],
  ['Seafood Friday', ['Packaged seafood', 'Fresh seafood', 'Canned fish']],
  ['Everyday Care', ['Hair care', 'Oral care', 'Soap', 'Shaving', 'Cosmetics']],
  ['Juice & Fizz', ['Soft drinks', 'Chilled juice', 'Canned juices', 'Drink mixes', 'Water']],
];

export const CREATORS: readonly Creator[] = NAMES.map(([name, topics], i) => ({
  id: `gen-creator-${String(i + 1).padStart(2, '0')}`,
  name,
  topics,
  onFood: !NOT_ON_FOOD.has(name),
}));

/** Titles by style; `{a}` is the product it is about, `{b}` another one, both as types in lower case. The first ones suit anything. */
export const TITLES: Record<ContentStyle, { anything: readonly string[]; food: readonly string[] }> = {
  PRACTICAL: {
    anything: [
      '{A}: which pack is worth the money',
      'A shopping list built around {a}',
      'Five mistakes people make with {a}',
      'When to stock up on {a}',
    ],
    food: [
      'Three quick meals with {a} and {b}',
      'How to store {a} so that nothing is wasted',
      'Ten minutes, one pan: {a} with {b}',
      'What goes with {a}? Start with {b}',
      'Feeding four with {a} and {b}',
    ],
  },
  EMOTIONAL: {
    anything: ['Why I always come back to {a}', 'Small joys: finding {a} on the top shelf'],
    food: [
      'The {a} of my childhood',
      'A slow Sunday with {a} and {b}',
      'Rainy evening, {a}, and nothing to do',
      'The taste of home: {a} and {b}',
    ],
  },
  SOCIAL: {
    anything: [
      'We tried {a} together: you decide',
      '{A} or {b}? The comments are divided',
      'You asked for it: everything on {a}',
      'Swap week: your best idea for {a}',
    ],
    food: ['What my neighbours put next to {a}', 'A table for eight with {a} and {b}'],
  },
};
export const LIVE_TITLES = {
  anything: ['Live: your questions on {a}'],
  food: ['Live: cooking with {a} and {b}', 'Live tasting: {a} and {b}'],
} as const;
