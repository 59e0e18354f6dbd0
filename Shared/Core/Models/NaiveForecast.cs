namespace Federated.Core.Models;

/// <summary>What needs no model: the last value goes on, or the pattern of the last season comes again.</summary>
/// <param name="Season">Rows of a season, at most the window; null without one.</param>
public sealed record NaiveForecast(int? Season);
