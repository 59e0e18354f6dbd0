using System.Collections.Immutable;
using Akka.Actor;
using Federated.Coordinator.Journal;
using Federated.Core.Rounds;
using Federated.Core.Rounds.Selection;
using Federated.V1;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Federated.Coordinator.Tests.Journal;

/// <summary>Journals that earlier versions wrote are read for ever.</summary>
public sealed class GoldenJournalTests : IAsyncLifetime
{
    private static readonly ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, IMessage>> Expected =
        ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, IMessage>>.Empty.Add("v1", GoldenV1.Messages);

    private static readonly ImmutableArray<MessageDescriptor> Roots =
        [RunEntry.Descriptor, RunSnapshot.Descriptor, CatalogEntry.Descriptor, CatalogSnapshot.Descriptor];

    private readonly ActorSystem _system = ActorSystem.Create("golden");
    private readonly JournalSerializer _serializer;

    public GoldenJournalTests()
    {
        _serializer = new((ExtendedActorSystem)_system);
        if (!GoldenFiles.MayWrite) return;
        foreach (var (name, message) in GoldenV1.Messages)
            if (!File.Exists(Path.Combine(GoldenFiles.Folder, "v1", name))) GoldenFiles.Write("v1", name, _serializer.ToBinary(message));
        GoldenFiles.AddToSchema("v1", Fields().Except(GoldenFiles.SchemaOf("v1")));
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _system.Terminate();

    [Fact]
    public void Every_row_of_every_version_is_read_as_what_was_written()
    {
        Assert.Equal(Expected.Keys, GoldenFiles.Versions);
        foreach (var (version, messages) in Expected)
        {
            Assert.Equal(messages.Keys, GoldenFiles.RowsOf(version));
            foreach (var (name, message) in messages) Assert.Equal(message, Read(version, name));
        }
    }

    [Fact]
    public void Every_kind_of_row_has_a_golden_file()
    {
        var rows = GoldenFiles.Versions.SelectMany(version => GoldenFiles.RowsOf(version).Select(name => Read(version, name))).ToArray();
        var kinds = Enum.GetValues<RunEntry.EventOneofCase>().Where(kind => kind != RunEntry.EventOneofCase.None);
        var catalogKinds = Enum.GetValues<CatalogEntry.EventOneofCase>().Where(kind => kind != CatalogEntry.EventOneofCase.None);

        const string Remedy = "Add it to the table of its version and run this test with FEDERATED_WRITE_GOLDEN=1. Missing: ";
        var missing = kinds.Except(rows.OfType<RunEntry>().Select(entry => entry.EventCase)).Select(kind => $"{kind}")
            .Concat(catalogKinds.Except(rows.OfType<CatalogEntry>().Select(entry => entry.EventCase)).Select(kind => $"{kind}"))
            .Concat(Roots.Select(root => root.FullName).Except(rows.Select(row => row.Descriptor.FullName)));
        Assert.Equal(Remedy, Remedy + string.Join(", ", missing));
    }

    [Fact]
    public void Fields_of_a_version_keep_their_numbers_and_types()
    {
        foreach (var version in GoldenFiles.Versions)
        {
            var known = GoldenFiles.SchemaOf(version);
            Assert.NotEmpty(known);
            // Journals that were written have the old ones. A new field takes a new number.
            Assert.Empty(known.Except(Fields()));
        }
    }

    [Fact]
    public void Golden_rows_have_every_field_of_their_version()
    {
        foreach (var version in GoldenFiles.Versions)
        {
            var set = new HashSet<string>(StringComparer.Ordinal);
            foreach (var name in GoldenFiles.RowsOf(version)) AddSet(Read(version, name), set);
            // The serializer takes the checksum away.
            var fields = GoldenFiles.SchemaOf(version).Where(line => line.Contains('=') && !line.EndsWith(" checksum", StringComparison.Ordinal));
            Assert.Empty(fields.Except(set));
        }
    }

    [Fact]
    public void Golden_entries_of_a_run_lead_to_the_expected_state()
    {
        var entries = GoldenV1.Order.Select(kind => (RunEntry)Read("v1", GoldenV1.FileOf(kind))).ToArray();
        var states = States(entries);

        Assert.Equal(["ä", "b", "c"], states[2].Clients.Select(client => client.Id));
        Assert.Equal((600L, new string('a', 64)), (states[2].TestExamples, states[2].ParametersHash));
        Assert.Equal<string>(["b", "c", "ä"], states[3].OpenCohort!.Clients);
        Assert.Equal((1, 2), (states[3].OpenAttempt, states[3].OpenCohort!.Wanted));
        Assert.Equal((1, new string('b', 64), 1), (states[5].Round, states[5].ParametersHash, states[5].Unmeasured.Single()));
        Assert.Equal(new ClientLapse(1, 0), states[5].Health.Lapses["c"]);
        Assert.Equal((600, 540), (states[6].Evaluations[1]!.Sums.Examples, states[6].Evaluations[1]!.Sums.Correct));
        Assert.Equal("1 of 2 updates at the deadline.", states[7].FailedAttempts.Single());
        Assert.Equal(2, states[7].Health.Lapses["c"].Failures);
        Assert.Equal((RunPhase.Paused, "Paused on request."), (states[8].Phase, states[8].Reason));
        Assert.Equal((RunPhase.Stopped, "Stopped on request."), (states[11].Phase, states[11].Reason));
        Assert.Empty(states[12].FailedAttempts);
        Assert.Equal((RunPhase.Failed, "Nobody is left."), (states[14].Phase, states[14].Reason));
        Assert.Equal((1, new string('b', 64)), (states[17].Round, states[17].ParametersHash));
        Assert.Equal((RunPhase.Completed, "Round 1 reached accuracy 0.9; the stop rule asks for 0.9."), (states[18].Phase, states[18].Reason));
    }

    [Fact]
    public void Golden_snapshot_leads_to_the_same_state()
    {
        var snapshot = (RunSnapshot)Read("v1", "federated.v1.RunSnapshot.bin");
        var entries = GoldenV1.Order.Select(kind => (RunEntry)Read("v1", GoldenV1.FileOf(kind)));
        Assert.Equal(RunStates.Text(States(entries)[^1]), RunStates.Text(States(snapshot.Entries)[^1]));
    }

    [Fact]
    public void Golden_entries_with_figures_lead_to_them()
    {
        string[] kinds = ["submitted", "started", "data-known-goal", "round-opened", "round-kept-measured", "evaluated-figures"];
        var state = States(kinds.Select(kind => (RunEntry)Read("v1", GoldenV1.FileOf(kind))))[^1];

        Assert.Equal(new Core.Metrics.Goal(Core.Models.Objective.Classification, ["healthy", "sick"]), state.Goal);
        Assert.Equal((0.75, 0.9), (state.Evaluations[1]!.Value("auroc"), state.Evaluations[1]!.Value("accuracy")));
    }

    [Fact]
    public void Golden_entries_with_homes_lead_to_them()
    {
        string[] kinds = ["submitted", "started", "data-known", "round-opened", "round-kept-homes"];
        var homes = States(kinds.Select(kind => (RunEntry)Read("v1", GoldenV1.FileOf(kind))))[^1].Homes;

        Assert.Equal([("b", "w1"), ("c", "w2"), ("ä", "w1")], homes.Histories.Keys.Select(client => (client, homes.Of(client)!.Value.Worker)));
        Assert.All(homes.Histories.Keys, client => Assert.Equal(1, homes.Of(client)!.Value.Round));
    }

    [Fact]
    public void Golden_entries_with_records_lead_to_them()
    {
        string[] kinds = ["submitted", "started", "data-known", "round-opened", "round-kept-records"];
        var records = States(kinds.Select(kind => (RunEntry)Read("v1", GoldenV1.FileOf(kind))))[^1].Records;
        Assert.Equal(KeyValuePair.Create("b", new ClientRecord(1, 12, 0.75, 1.5)), Assert.Single(records));
    }

    [Fact]
    public void Golden_entries_of_overlapping_rounds_lead_to_the_tasks_that_go_on()
    {
        string[] kinds = ["submitted", "started", "data-known", "round-opened", "clients-asked", "round-kept-overlapping"];
        var states = States(kinds.Select(kind => (RunEntry)Read("v1", GoldenV1.FileOf(kind))));

        Assert.Equal(["b", "c", "d", "e", "ä"], states[4].InFlight.Keys);
        Assert.Equal([new("d", new(1, 1))], states[5].InFlight);
    }

    private static ImmutableArray<RunState> States(IEnumerable<RunEntry> entries)
    {
        var states = ImmutableArray.CreateBuilder<RunState>();
        var state = RunState.Initial;
        foreach (var entry in entries)
        {
            if (RunEntries.ToChange(entry) is { } change) state = state.Apply(change);
            states.Add(state);
        }
        return states.ToImmutable();
    }

    private IMessage Read(string version, string name) =>
        (IMessage)_serializer.FromBinary(GoldenFiles.Row(version, name), GoldenFiles.ManifestOf(name));

    /// <summary>A line for each field and each enum value that a row can have in it: message, number, type, name.</summary>
    private static IEnumerable<string> Fields()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var open = new Queue<MessageDescriptor>(Roots);
        while (open.TryDequeue(out var message))
        {
            if (!seen.Add(message.FullName)) continue;
            foreach (var field in message.Fields.InFieldNumberOrder())
            {
                yield return LineOf(field);
                if (field.FieldType == FieldType.Message) open.Enqueue(field.MessageType);
                if (field.FieldType != FieldType.Enum || !seen.Add(field.EnumType.FullName)) continue;
                foreach (var value in field.EnumType.Values) yield return $"{field.EnumType.FullName} {value.Number} {value.Name}";
            }
        }
    }

    private static string LineOf(FieldDescriptor field)
    {
        var type = field.FieldType switch
        {
            FieldType.Message => field.MessageType.FullName,
            FieldType.Enum => field.EnumType.FullName,
            _ => field.FieldType.ToString().ToLowerInvariant(),
        };
        var label = field.IsRepeated ? "repeated "
            : field.RealContainingOneof is { } oneof ? $"oneof {oneof.Name} "
            : field.HasPresence && field.FieldType != FieldType.Message ? "optional " : "";
        return $"{field.ContainingType.FullName} = {field.FieldNumber} {label}{type} {field.Name}";
    }

    private static void AddSet(IMessage message, HashSet<string> set)
    {
        foreach (var field in message.Descriptor.Fields.InFieldNumberOrder())
        {
            var value = field.Accessor.GetValue(message);
            var messages = value switch
            {
                IMessage one => [one],
                System.Collections.IList { Count: > 0 } list => list.OfType<IMessage>(),
                _ => [],
            };
            if (value is System.Collections.IList { Count: 0 } || value is null || !field.IsRepeated && IsDefault(field, message, value)) continue;
            set.Add(LineOf(field));
            foreach (var inner in messages) AddSet(inner, set);
        }
    }

    private static bool IsDefault(FieldDescriptor field, IMessage message, object value) =>
        field.HasPresence ? !field.Accessor.HasValue(message) : value is string text ? text.Length == 0 : Convert.ToDouble(value, null) == 0;
}
