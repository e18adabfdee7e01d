//! Chance. Each call of an expression draws its own, and the same seed gives the same values.
use crate::expression::evaluate::{Answer, Call, text};
use crate::expression::function::{Function, Gives, PLAIN, Type, example_of, optional, required};
use purser_dotnet::random_text::{Recipe, RecipeError, derive_seed, make_guid, make_text};

const FLOWS_ONCE: &str = "A mapping writes it when an account is created, and keeps what was written.";

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "Guid",
        sentence: "Gives a new random identifier, in lower case with dashes.",
        remark: FLOWS_ONCE,
        examples: &[example_of("Guid()", "{}", Gives::Varies("1088051a-cd4b-4288-84f8-e02042ca72bc"))],
        evaluate: |call| text(make_guid(derive_seed(call.context().seed, call.number()))),
        ..PLAIN
    },
    Function {
        name: "RandomString",
        parameters: &[
            required("length", Type::Number),
            required("minimum of numbers", Type::Number),
            required("minimum of special characters", Type::Number),
            required("minimum of capital letters", Type::Number),
            required("minimum of lower case letters", Type::Number),
            optional("characters to avoid", Type::Text),
        ],
        sentence: "Gives a random text of this length, with at least so many characters of each kind.",
        remark: "The length is at most 256. What is beyond the minima is of the letters and numbers whose minimum is above 0, or of lower case letters when there are none. A mapping writes it when an account is created, and keeps what was written.",
        examples: &[
            example_of("RandomString(6,3,0,0,3)", "{}", Gives::Varies("1a73qt")),
            example_of(r#"RandomString(10,2,2,2,1,"?,")"#, "{}", Gives::Varies("1@!2BaRg53")),
            example_of("RandomString(3,2,0,0,2)", "{}", Gives::Error),
        ],
        evaluate: draw_text,
        ..PLAIN
    },
];

fn draw_text<'a>(call: &Call<'_, 'a>) -> Answer<'a> {
    let recipe = Recipe {
        length: call.integer(0)?,
        digits: call.integer(1)?,
        specials: call.integer(2)?,
        capitals: call.integer(3)?,
        lowers: call.integer(4)?,
        avoided: &call.text_or_empty(5)?,
    };
    let minima = [recipe.digits, recipe.specials, recipe.capitals, recipe.lowers];
    let drawn = make_text(recipe, derive_seed(call.context().seed, call.number()));
    text(drawn.map_err(|error| {
        let at = match error {
            RecipeError::Length(_) | RecipeError::TooShort { .. } => 0,
            RecipeError::Minimum(wrong) => {
                minima.iter().position(|minimum| *minimum == wrong).unwrap_or(0) + 1
            }
            RecipeError::NothingLeft(_) => 5,
        };
        call.fault(at, error.to_string())
    })?)
}
