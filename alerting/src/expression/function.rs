//! The functions of one number that an expression may call.

/// A function of one number.
#[derive(Debug, Clone, Copy)]
pub(super) struct Function {
    name: &'static str,
    run: fn(f64) -> f64,
}

/// Every function, by name.
const FUNCTIONS: [Function; 9] = [
    Function { name: "abs", run: f64::abs },
    Function { name: "ceil", run: f64::ceil },
    Function { name: "exp", run: f64::exp },
    Function { name: "floor", run: f64::floor },
    Function { name: "ln", run: f64::ln },
    Function { name: "log10", run: f64::log10 },
    Function { name: "log2", run: f64::log2 },
    Function { name: "round", run: f64::round },
    Function { name: "sqrt", run: f64::sqrt },
];

impl Function {
    /// The function of this name.
    pub(super) fn named(name: &str) -> Result<Self, String> {
        let found = FUNCTIONS.into_iter().find(|function| function.name == name);
        found.ok_or_else(|| {
            let known = FUNCTIONS.map(|function| function.name).join(", ");
            format!("a rule cannot call {name}(); it can call {known}")
        })
    }

    pub(super) fn call(self, number: f64) -> f64 {
        (self.run)(number)
    }
}

impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}
