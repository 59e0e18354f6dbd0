using Federated.Coordinator.Actors;
using Federated.Core.Parameters;
using Federated.V1;
using Federated.Wire.Mapping;

namespace Federated.Coordinator.Tests.Actors;

/// <summary>Runs whose data is standardised before the first round, also by coordinators that die meanwhile. The worker is a probe.</summary>
public sealed class StandardisedRunTests : RecoveryTest
{
    private static readonly ParameterSchema Normal = new([new("1.mean", [1], Trainable: false), new("1.variance", [1], Trainable: false), new("2.weight", [1])]);

    [Fact]
    public async Task First_round_starts_from_parameters_with_mean_and_variance_which_are_durable()
    {
        await BeginAsync();
        foreach (var task in Tasks(2)) await Report(task);
        Assert.All(Tasks(2), task => Assert.Equal((TaskKind.Train, 1u), (task.Id.Kind, task.Id.Round)));
        await RestartAsync();
        Attach();
        Assert.All(Tasks(2), task => Assert.Equal(TaskKind.Train, task.Id.Kind));   // nobody is asked for statistics again
        var model = (await Find<CommittedModel>(Runs, new GetModel(Run)))!;
        Assert.Equal([4f, 6.8f, 9f], model.Parameters.Values.ToArray());
    }

    [Fact]
    public async Task Coordinator_that_dies_between_two_clients_asks_again_under_the_same_names_and_comes_to_the_same_parameters()
    {
        await BeginAsync();
        var before = Tasks(2);
        await Report(before[0]);
        await RestartAsync();
        Attach();
        // What the worker has of an earlier life and sends before it is asked counts nowhere, and does no harm.
        Assert.NotEqual(Refusal.Unspecified, (await Report(before[1])).Refused);
        Assert.Equal(Refusal.Unspecified, (await Offer(Runs, Made(Tasks(1).Single().Id))).Refused);
        var after = Tasks(2);
        Assert.Equal(before.Select(task => task.Id), after.Select(task => task.Id));
        foreach (var task in after) Assert.Equal(Refusal.Unspecified, (await Report(task)).Refused);
        Assert.All(Tasks(2), task => Assert.Equal(TaskKind.Train, task.Id.Kind));
        var model = (await Find<CommittedModel>(Runs, new GetModel(Run)))!;
        Assert.Equal([4f, 6.8f, 9f], model.Parameters.Values.ToArray());
    }

    [Fact]
    public async Task Client_that_is_left_out_is_shown_also_after_a_restart()
    {
        await BeginAsync();
        var tasks = Tasks(2);
        await Report(tasks[0]);
        await Offer(Runs, Failure(tasks[1].Id, "The table is missing.", permanent: true));
        Tasks(2);
        await RestartAsync();
        var incidents = (await Find<RunDetails>(Runs, new GetRun(Run)))!.Incidents;
        Assert.Contains($"Not part of the statistics of the data: '{tasks[1].Id.Client}': The table is missing.", incidents);
    }

    private async Task BeginAsync()
    {
        await Submit(Job());
        Attach();
        await Offer(Runs, Made(Tasks(1).Single().Id));
    }

    private static OfferInitialised Made(TaskId id)
    {
        var offer = Initialised(id, 400, ("a", 3), ("b", 2));
        offer.Header.SchemaHash = Normal.Hash;
        offer.Header.Initialised.Schema.Clear();
        offer.Header.Initialised.Schema.AddRange(Normal.ToProto());
        return new(offer.Header, new(Normal, [0, 1, 9]));
    }

    // 1, 2, 6 and 3, 8.
    private Task<Verdict> Report(AssignTask task)
    {
        Assert.Equal((TaskKind.Statistics, 0u), (task.Id.Kind, task.Id.Round));
        return Offer(Runs, new OfferReport(new()
        {
            Id = task.Id,
            Ticket = Ticket,
            Moments = task.Id.Client == "a" ? new() { Counts = { 3 }, Sums = { 9 }, Deviations = { 14 } } : new() { Counts = { 2 }, Sums = { 11 }, Deviations = { 12.5 } },
        }));
    }
}
