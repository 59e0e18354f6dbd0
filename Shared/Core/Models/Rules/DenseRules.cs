namespace Federated.Core.Models.Rules;

/// <summary>Dense layers and what stands between them.</summary>
internal static class DenseRules
{
    public static Signal? Dense(LayerCheck check, DenseLayer dense)
    {
        if (!check.AtLeastOne(dense.Units, "units")) return null;
        if (check.Input is { Shape: [_, _, _] }) check.Fault($"dense gets {check.Got} and needs [features]: put flatten before it");
        else if (check.Input is { } input) check.Fits(dense.Units, input.Features);
        // On a sequence it works on each step by itself.
        return check.Input is { Shape: [var steps, _] } ? check.Fits(steps, dense.Units) ? new(steps, dense.Units) : null : new(dense.Units);
    }

    public static Signal? Flatten(LayerCheck check) =>
        check.Input is { } input && check.Fits(input.Shape.AsSpan()) ? new(input.Shape.Aggregate(1, (product, size) => product * size)) : null;

    public static Signal? Dropout(LayerCheck check, DropoutLayer dropout)
    {
        check.Holds(dropout.Rate is >= 0 and < 1, "rate", dropout.Rate, "at least 0 and below 1");
        return check.Input;
    }
}
