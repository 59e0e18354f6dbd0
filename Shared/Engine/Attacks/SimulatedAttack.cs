using System.Numerics.Tensors;
using Federated.Core.Attacks;
using Federated.Core.Jobs;
using Federated.Core.Metrics;
using Federated.Core.Randomness;
using Federated.Engine.Data;
using Federated.Engine.Training;

namespace Federated.Engine.Attacks;

/// <summary>What the attackers of a simulation do: with their data before they train, or with their update after. docs/robustness.md has the papers. Thread-safe.</summary>
internal sealed class SimulatedAttack
{
    private readonly AttackSpec _spec;
    private readonly ulong _seed;
    private readonly Attackers _attackers;
    private readonly ExampleSet _train;
    private readonly ExampleSet? _triggered;
    private readonly int[] _measured;
    private readonly double _deviations;
    private readonly HonestSpread _spread = new();

    private SimulatedAttack(JobSpec job, FederatedData data, Attackers attackers)
    {
        (_spec, _seed, _attackers, _train, _measured) = (job.Attack, job.Seed, attackers, data.Train, []);
        if (_spec.Kind is AttackKind.LabelFlip or AttackKind.ModelReplacement && data.Shape.Classes == 0) throw new EngineException($"attack.kind {_spec.Kind} needs data with classes.");
        if (_spec.Kind == AttackKind.LabelFlip) _train = new FlippedLabels(data.Train, data.Shape.Classes);
        if (_spec.Kind == AttackKind.Alie) _deviations = _spec.Deviations ?? LittleIsEnough.Deviations(attackers.Updates, attackers.Expected);
        if (_spec.Kind != AttackKind.ModelReplacement) return;
        var image = data.Shape.Input;
        if (image.Length != 3 || image[1] < 3 || image[2] < 3 || !data.Shape.Vocabularies.IsEmpty) throw new EngineException("attack.kind model_replacement puts its trigger into images of at least 3 by 3; this data has none.");
        if (_spec.Target >= data.Shape.Classes) throw new EngineException($"attack.target is {_spec.Target}, and the data has the classes 0 to {data.Shape.Classes - 1}.");
        var draws = new RandomStream(SeedTree.Derive(job.Seed, "trigger"));
        var chosen = new bool[data.Train.Count];
        for (var i = 0; i < chosen.Length; i++) chosen[i] = draws.NextDouble() < _spec.Poisoned;
        _train = new TriggeredExamples(data.Train, image, _spec.Target, index => chosen[index]);
        _triggered = new TriggeredExamples(data.Test, image, _spec.Target, static _ => true);
        _measured = [.. Enumerable.Range(0, data.Test.Count).Where(index => data.Test.Labels[index] != _spec.Target)];
    }

    /// <summary>The attack of a job; null without one.</summary>
    /// <exception cref="EngineException">It is not defined for the data or for its clients.</exception>
    public static SimulatedAttack? Of(JobSpec job, FederatedData data)
    {
        try
        {
            return Attackers.Of(job, data.Clients.Where(client => client.Train.Length > 0).Select(client => client.Id)) is { } attackers ? new(job, data, attackers) : null;
        }
        catch (ArgumentException e)
        {
            throw new EngineException(e.Message, e);
        }
    }

    /// <summary>Whether a client attacks.</summary>
    public bool Has(string client) => _attackers.Clients.Contains(client);

    /// <summary>What attackers train on, by the indices of the true examples.</summary>
    public ExampleSet Train => _train;

    /// <summary>Turns the update of an attacker's own training into what it sends.</summary>
    /// <param name="client">The attacker.</param>
    /// <param name="round">1-based.</param>
    /// <param name="broadcast">Of the round.</param>
    /// <param name="update">Shape [U].</param>
    /// <param name="honest">Trains a client as an honest one would.</param>
    public void Change(string client, int round, ReadOnlyMemory<float> broadcast, Span<float> update, Func<string, float[]> honest)
    {
        switch (_spec.Kind)
        {
            case AttackKind.SignFlip:
                TensorPrimitives.Multiply(update, -(float)(_spec.Scale ?? 1), update);
                break;
            case AttackKind.Gaussian:
                var draws = new RandomStream(SeedTree.Derive(_seed, "attack", round, client));
                for (var i = 0; i < update.Length; i++) update[i] = (float)(_spec.Deviation * draws.NextGaussian());
                break;
            case AttackKind.InnerProduct:
                TensorPrimitives.Multiply(Spread().Mean, -(float)(_spec.Scale ?? 1), update);
                break;
            case AttackKind.Alie:
                var (mean, deviation) = Spread();
                TensorPrimitives.MultiplyAdd(deviation, -(float)_deviations, mean, update);
                break;
            case AttackKind.ModelReplacement:
                TensorPrimitives.Multiply(update, (float)(_spec.Scale ?? (double)_attackers.Updates / _attackers.Expected), update);
                break;
        }

        (float[] Mean, float[] Deviation) Spread() => _spread.Of(round, broadcast, () => [.. _attackers.Clients.Select(honest)]);
    }

    /// <summary>How often the trigger works on a part of the test set; nothing where there is no trigger.</summary>
    /// <param name="workspace">With the parameters loaded.</param>
    /// <param name="begin">The first test example.</param>
    /// <param name="end">The one behind the last.</param>
    /// <param name="cancellation">Checked between chunks.</param>
    public EvaluationSums Measure(Workspace workspace, int begin, int end, CancellationToken cancellation)
    {
        if (_triggered is null) return EvaluationSums.None;
        var sums = Evaluator.Measure(workspace, _triggered, _measured.Where(index => index >= begin && index < end).ToArray(), cancellation).Sums;
        var tally = (Hits: (double)sums.Correct, All: (double)sums.Examples);
        return new(default, tally.All == 0 ? [] : [tally.Hits == 0 ? new(TallyNames.Backdoor, [1], [tally.All]) : new(TallyNames.Backdoor, [0, 1], [tally.Hits, tally.All])]);
    }
}
