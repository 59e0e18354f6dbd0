using System.Globalization;
using System.Text;
using Federated.V1;

namespace Federated.Cli.Results;

/// <summary>A client that rounds had to do without. Property names are the keys in snake_case.</summary>
/// <param name="Client">Its name.</param>
/// <param name="Worker">The worker that said so; "" for none.</param>
/// <param name="TakesPart">False when its data cannot be used, so that no round asks it.</param>
/// <param name="Rounds">Rounds that asked it and did without it.</param>
/// <param name="Reason">Of the last time.</param>
internal sealed record TroubledClient(string Client, string Worker, bool TakesPart, int Rounds, string Reason)
{
    private const int Shown = 5;

    /// <summary>All of a run: those that take no part, then those that failed in rounds, in the order of their names.</summary>
    /// <param name="unusable">Clients whose data cannot be used.</param>
    /// <param name="rounds">Committed rounds in order.</param>
    public static IReadOnlyList<TroubledClient> Of(IEnumerable<ClientProblem> unusable, IEnumerable<RoundReport> rounds)
    {
        var troubled = new SortedDictionary<string, TroubledClient>(StringComparer.Ordinal);
        foreach (var problem in rounds.SelectMany(round => round.Problems.DistinctBy(problem => problem.Client, StringComparer.Ordinal)))
        {
            var before = troubled.TryGetValue(problem.Client, out var known) ? known.Rounds : 0;
            troubled[problem.Client] = new(problem.Client, problem.Worker, TakesPart: true, before + 1, problem.Reason);
        }
        return [.. unusable.Select(problem => new TroubledClient(problem.Client, problem.Worker, TakesPart: false, 0, problem.Reason)), .. troubled.Values];
    }

    /// <summary>A paragraph for people, with the first few; empty where there is none.</summary>
    /// <param name="troubled">All of a run.</param>
    /// <param name="where">Where the rest is told.</param>
    public static string Text(IReadOnlyList<TroubledClient> troubled, string where)
    {
        if (troubled.Count == 0) return "";
        var text = new StringBuilder("without\n");
        foreach (var client in troubled.Take(Shown))
        {
            var how = client.TakesPart ? string.Create(CultureInfo.InvariantCulture, $"not in {client.Rounds} {(client.Rounds == 1 ? "round" : "rounds")}") : "takes no part";
            text.Append(CultureInfo.InvariantCulture, $"  {client.Client}{(client.Worker.Length > 0 && client.TakesPart ? $" on {client.Worker}" : "")}, {how}: ")
                .AppendJoin("\n    ", client.Reason.Split('\n').Select(line => line.TrimEnd())).Append('\n');
        }
        if (troubled.Count > Shown) text.Append(CultureInfo.InvariantCulture, $"  and {troubled.Count - Shown} more clients; {where}\n");
        return text.ToString();
    }
}
