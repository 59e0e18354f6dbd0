using Federated.Coordinator.Actors;
using Federated.Core.Jobs;
using Federated.Core.Parameters;
using Federated.Core.Tests.Privacy;
using Federated.V1;
using Federated.Wire.Mapping;

namespace Federated.Coordinator.Tests.Actors;

/// <summary>The noise of mechanism central where it counts: in the models that a run gives away. Updates are zeros, so that what a round changes is the noise; it is the operating system's, and the checks say how often they are wrong.</summary>
public sealed class ReleasedNoiseTests : RecoveryTest
{
    private const int Length = 20_000;
    private const double Sigma = 3 * 0.5 / 2;   // z C / m
    private static readonly ParameterSchema Wide = new([new TensorSpec("w", [Length])]);

    [Fact]
    public async Task What_a_model_changes_by_is_the_promised_noise_whoever_delivers()
    {
        await Submit(Job(rounds: 2) with { Privacy = new() { Differential = new() { Mechanism = PrivacyMechanism.Central, Clip = 0.5, NoiseMultiplier = 3, Delta = 1e-3 } } });
        Attach();
        var begin = Initialised(Tasks(1).Single().Id, 400, ("a", 1), ("b", 1));
        await Offer(Runs, new OfferInitialised(Widened(begin.Header), new ParameterVector(Wide, new float[Length])));

        var first = await Round(1, delivering: 2);
        var second = await Round(2, delivering: 1);

        // Divided by the two that are expected also where one is missing.
        NormalFit.Check(first, Sigma);
        NormalFit.Check([.. second.Zip(first, (after, before) => after - before)], Sigma);
        NormalFit.CheckUnrelated(first, [.. second.Zip(first, (after, before) => after - before)], Sigma);
    }

    private async Task<double[]> Round(int round, int delivering)
    {
        for (var asked = 0; asked < 2;)
        {
            var task = Tasks(1).Single();
            if (task.Id.Kind != TaskKind.Train) continue;
            if (asked++ < delivering) Assert.Equal(Refusal.Unspecified, (await Offer(Runs, Zeros(task.Id))).Refused);
            else await Offer(Runs, Failure(task.Id, "gone", permanent: true));
        }
        CommittedModel? model = null;
        await AwaitConditionAsync(async () => (model = await Find<CommittedModel>(Runs, new GetModel(Run)))?.Round == round, TimeSpan.FromSeconds(10));
        return [.. model!.Parameters.Values.ToArray().Select(value => (double)value)];
    }

    private static OfferUpdate Zeros(TaskId id)
    {
        var offer = Update(id, new float[Length]);
        return offer with { Header = Widened(offer.Header) };
    }

    private static UploadHeader Widened(UploadHeader header)
    {
        (header.SchemaHash, header.Count, header.PayloadBytes) = (Wide.Hash, Length, Length * sizeof(float));
        if (header.Initialised is not { } initialised) return header;
        initialised.Schema.Clear();
        initialised.Schema.Add(Wide.ToProto());
        return header;
    }
}
