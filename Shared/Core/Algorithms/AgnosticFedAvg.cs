using System.Numerics.Tensors;
using Federated.Core.Algorithms.Server;
using Federated.Core.Parameters;

namespace Federated.Core.Algorithms;

/// <summary>Agnostic federated learning with local epochs. Mohri, Sivek, Suresh, "Agnostic Federated Learning", ICML 2019, arXiv:1902.00146, its algorithm Stochastic-AFL, with the averaging of local epochs that Ro, Chen,
/// Joshi, Mathews, Suresh, "Communication-Efficient Agnostic Federated Averaging", 2021, arXiv:2104.02748, put in place of single steps.</summary>
/// <remarks>
/// It minimises the loss of the worst mixture of the clients, max over λ in the simplex of Σ λ_k F_k(w). Client half: FedAvg's, and the loss F_k over the client's whole data at the round's parameters, which is what it reports
/// as the loss of its training. Server half: a step of the job's server optimiser by Σ λ_k Δ_k / Σ λ_k; then λ ← Π(λ + γ F), Π the Euclidean projection onto the simplex, among the clients whose updates count;
/// those of others stay, and theirs adds up to what it did. λ begins at 1 / N. With γ = 0 it is fedavg with equal weights.
/// Deviations: clients are the paper's domains; the model of the last round is the result, where the paper's theory takes the mean of all rounds; a λ_k of less than 2^-20 counts as 2^-20, for a client of no weight at all cannot
/// be counted.
/// </remarks>
/// <param name="server">The server half; the paper's is <see cref="Averaging"/>.</param>
/// <param name="step">γ, at least 0 and finite.</param>
public sealed class AgnosticFedAvg(ServerHalf server, double step) : IFederatedAlgorithm
{
    private const string Share = "afl/";
    private const double Smallest = 1.0 / (1 << 20);
    private readonly double _step = step >= 0 && double.IsFinite(step) ? step : throw new ArgumentOutOfRangeException(nameof(step), step, "γ is finite and at least 0.");

    /// <summary>What the catalogue says of it.</summary>
    public static AlgorithmInfo Info { get; } = new("afl", static (job, server) => new AgnosticFedAvg(server, job.Federation.Algorithm.Gamma), "as fedavg; weighted by the worst mixture of clients",
        "Mohri et al. 2019, [arXiv:1902.00146](https://arxiv.org/abs/1902.00146), Stochastic-AFL, with local epochs as Ro et al. 2021, [arXiv:2104.02748](https://arxiv.org/abs/2104.02748)")
    {
        Options = "`gamma`",
        MeasuresLoss = true,
        ServerKeeps = "a number for each client (λ)",
        NotPlain = "its updates are weighted by the coordinator's λ",
        NotMasked = "its weights follow the losses of single clients",
    };

    /// <inheritdoc/>
    public string Name => Info.Name;

    /// <inheritdoc/>
    public LocalUpdate Train(ILocalTrainer trainer, ReadOnlySpan<float> broadcast, Span<float> update, ClientState state)
    {
        var before = trainer.Measure(broadcast);
        trainer.Train(broadcast, update, default);
        TensorPrimitives.Subtract(update, broadcast, update);
        return new LocalUpdate(trainer.Examples, before);
    }

    /// <inheritdoc/>
    /// <remarks>Before the first round all weigh the same, and so does a client that was never heard of.</remarks>
    public double WeightOf(ServerState state, string client, UpdateFacts facts) => Math.Max(state.Slots.TryGetValue(Share + client, out var share) ? share.Span[0] : Prior(state), Smallest);

    /// <inheritdoc/>
    public ServerState Init(ParameterVector parameters) => server.Init(parameters);

    /// <inheritdoc/>
    public ServerState Apply(ServerState state, ReadOnlySpan<float> mean, RoundFacts round)
    {
        var next = server.Apply(state, mean);
        var known = Shares(state).ToDictionary(StringComparer.Ordinal);
        foreach (var client in round.Updates.Keys) known.TryAdd(client, 1.0 / Math.Max(round.Clients, known.Count + 1));
        var names = known.Keys.Order(StringComparer.Ordinal).ToArray();
        var present = names.Where(round.Updates.ContainsKey).ToArray();
        var shares = present.Select(name => known[name] + _step * round.Updates[name].Training.Loss).ToArray();
        Simplex.Project(shares, Math.Max(present.Sum(name => known[name]), Smallest));
        foreach (var (place, name) in present.Index()) known[name] = shares[place];
        var slots = next.Slots.ToBuilder();
        foreach (var name in names) slots[Share + name] = new[] { (float)known[name] };
        return next with { Slots = slots.ToImmutable() };
    }

    private static double Prior(ServerState state) => Shares(state).Count() is > 0 and var count ? 1.0 / count : 1;

    private static IEnumerable<KeyValuePair<string, double>> Shares(ServerState state) =>
        state.Slots.Where(slot => slot.Key.StartsWith(Share, StringComparison.Ordinal)).Select(slot => KeyValuePair.Create(slot.Key[Share.Length..], (double)slot.Value.Span[0]));
}
