using System.CommandLine;
using System.Globalization;
using Federated.Cli.Results;
using Federated.Cli.Terminal;
using Federated.Cli.Watching;
using Federated.Core;
using Federated.V1;

namespace Federated.Cli.Verbs;

/// <summary><c>federated show</c>: one run, its rounds and what went wrong in them.</summary>
internal sealed class ShowVerb : RemoteVerb
{
    private readonly Argument<string> _run = SharedOptions.Run();
    private readonly Option<bool> _job = new("--job") { Description = "Print the run's complete job file instead." };

    public ShowVerb(CommandEnvironment environment) : base(
        "show", "Show a run with its rounds, what happened to it besides, the clients that were refused, failed or missing, and the rounds whose models are kept.", environment)
    {
        Add(_run);
        AddOptions(_job);
    }

    public override IReadOnlyList<(string, string)> Examples => [("federated show RUN", "what a run has reached"), ("federated show RUN --job > again.yaml", "its job, to run it again")];

    protected override async Task<int> RunAsync(ParseResult parsed, CancellationToken interrupt)
    {
        using var client = Connect(parsed);
        var details = await client.ShowAsync(parsed.GetValue(_run)!, interrupt);
        if (parsed.GetValue(_job)) await Environment.Output.WriteAsync(details.JobYaml);
        else if (WantsJson(parsed)) await PrintJsonAsync(DetailsRecord.Of(details));
        else await PrintAsync(details);
        return ExitCodes.Success;
    }

    private async Task PrintAsync(RunDetails details)
    {
        var summary = details.Summary;
        var output = Environment.Output;
        await output.WriteLineAsync($"{summary.Run}: {summary.Name}, {StatusNames.Of(summary.Status)}{(summary.Reason.Length > 0 ? $": {summary.Reason}" : "")}");
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"round {summary.Round}/{summary.Rounds}, {summary.Clients} clients, {summary.Workers} workers, ")
            + $"{Format.Seconds(summary.WallSeconds)} ({Format.Seconds(summary.TrainSeconds)} of training), {Format.Bytes(summary.BytesDown)} down, {Format.Bytes(summary.BytesUp)} up");
        if (details.Rounds.Count > 0) Environment.Screen.Write(RunTable.Rounds(details.Rounds, summary.Rounds));
        if (details.Rounds.LastOrDefault(round => round.Evaluation is not null) is { } measured) await PrintEvaluationAsync(measured);
        if (details.Rounds is [.., var last]) await PrintSpreadAsync(last);
        if (PrivacyClaimRecord.From(summary.Privacy) is { } privacy) await output.WriteLineAsync($"privacy: {privacy.Sentence}");
        foreach (var round in details.Rounds)
        {
            foreach (var failure in round.FailedAttempts) await output.WriteLineAsync($"round {round.Round}: an attempt failed: {failure}");
            foreach (var problem in round.Problems)
                await output.WriteLineAsync($"round {round.Round}: {problem.Client}{(problem.Worker.Length > 0 ? $" on {problem.Worker}" : "")}: {(problem.Refused == Refusal.Unspecified ? "" : $"refused ({problem.Refused}): ")}{problem.Reason}");
        }
        foreach (var client in details.Unusable) await output.WriteLineAsync($"takes no part: {client.Client}: {client.Reason}");
        foreach (var incident in details.Incidents) await output.WriteLineAsync(incident);
        foreach (var client in details.SetAside)
        {
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"set aside: {client.Client} until round {client.UntilRound}, after {client.Failures} failures on end"));
        }
        if (details.KeptRounds.Count == 0) return;
        await output.WriteLineAsync(
            $"models kept of round {Format.Rounds(details.KeptRounds)}: `federated export {summary.Run} --round N --out FILE` saves one");
    }

    private async Task PrintEvaluationAsync(RoundReport measured)
    {
        var figures = measured.Figures.Where(figure => !figure.IsOfOneClass()).Select(figure => $"{figure.Name} {Format.Measure(figure.Value)}").ToList();
        if (figures.Count > 0) await Environment.Output.WriteLineAsync($"after round {measured.Round}: {string.Join(", ", figures)}");
        if (measured.Clients.Count > 0) Environment.Screen.Write(ClientTable.Of(measured));
        if (SpreadRecord.From(measured.ClientSpread) is { } spread) await Environment.Output.WriteLineAsync($"after round {measured.Round}, by client: {spread.Sentence}");
    }

    private async Task PrintSpreadAsync(RoundReport last)
    {
        if (last.Personal.MeanLoss() is { } loss)
            await Environment.Output.WriteLineAsync($"own models in round {last.Round}: accuracy {Format.Measure(last.AccuracyOf(last.Personal))}, loss {Format.Measure(loss)}");
        foreach (var (whose, spread) in new[] { ("the model", last.ValidationSpread), ("own models", last.PersonalSpread) })
            if (SpreadRecord.From(spread) is { } found) await Environment.Output.WriteLineAsync($"{whose} in round {last.Round}, by client: {found.Sentence}");
        if (LabelCountsRecord.From(last.Masked?.LabelCounts) is { } labels) await Environment.Output.WriteLineAsync($"clients of round {last.Round} together: {labels.Sentence}");
    }

    private sealed record DetailsRecord(
        RunRecord Summary, string JobYaml, IReadOnlyList<RoundRecord> Rounds, IReadOnlyList<string> Incidents, IReadOnlyList<SetAsideRecord> SetAside,
        IReadOnlyList<uint> KeptRounds, ConfusionRecord? Confusion, IReadOnlyList<TroubledClient> Troubled)
    {
        public static DetailsRecord Of(RunDetails details) => new(
            RunRecord.Of(details.Summary), details.JobYaml, [.. details.Rounds.Select(RoundRecord.Of)], details.Incidents,
            [.. details.SetAside.Select(client => new SetAsideRecord(client.Client, client.Failures, client.UntilRound))], details.KeptRounds,
            details.Rounds.LastOrDefault(round => round.Confusion is not null).ConfusionRecord(),
            TroubledClient.Of(details.Unusable, details.Rounds));
    }

    private sealed record SetAsideRecord(string Client, uint Failures, uint UntilRound);
}
