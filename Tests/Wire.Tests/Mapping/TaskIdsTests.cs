using Federated.V1;
using Federated.Wire.Mapping;

namespace Federated.Wire.Tests.Mapping;

public sealed class TaskIdsTests
{
    [Theory]
    [InlineData(TaskKind.Initialise, 0u, "", 0u)]
    [InlineData(TaskKind.Train, 1u, "hospital ü", 0u)]
    [InlineData(TaskKind.Evaluate, 1u, "", 3u)]
    [InlineData(TaskKind.Evaluate, 2147483647u, "c", 0u)]
    public void An_id_within_the_limits_passes(TaskKind kind, uint round, string client, uint slice) =>
        Assert.Null(TaskIds.Check(new TaskId { Run = "run-7", Round = round, Attempt = 1, Client = client, Kind = kind, Slice = slice }));

    public static TheoryData<string, string> Faults => new()
    {
        { "run empty", "1 to 64 characters" },
        { "run long", "1 to 64 characters" },
        { "run path", "only the characters" },
        { "run upper", "only the characters" },
        { "run newline", "only the characters" },
        { "client long", "1 to 256" },
        { "client control", "control character" },
        { "round above", "2147483647" },
        { "attempt above", "2147483647" },
        { "slice above", "2147483647" },
        { "attempt zero", "count from 1" },
        { "train slice", "has a slice" },
        { "train round zero", "count from 1" },
        { "train no client", "needs a client" },
        { "initialise round", "round 0" },
        { "initialise client", "no client" },
        { "kind unset", "unknown" },
        { "kind foreign", "unknown" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void An_id_outside_the_limits_is_told_so(string fault, string expected)
    {
        var id = new TaskId { Run = "r", Round = 1, Attempt = 1, Client = "c", Kind = TaskKind.Train };
        switch (fault)
        {
            case "run empty": id.Run = ""; break;
            case "run long": id.Run = new string('a', 65); break;
            case "run path": id.Run = "../x"; break;
            case "run upper": id.Run = "Run"; break;
            case "run newline": id.Run = "a\nb"; break;
            case "client long": id.Client = new string('c', 257); break;
            case "client control": id.Client = "a\u001b[2J"; break;
            case "round above": id.Round = 1u << 31; break;
            case "attempt above": id.Attempt = uint.MaxValue; break;
            case "slice above": (id.Kind, id.Slice) = (TaskKind.Evaluate, 1u << 31); break;
            case "attempt zero": id.Attempt = 0; break;
            case "train slice": id.Slice = 1; break;
            case "train round zero": id.Round = 0; break;
            case "train no client": id.Client = ""; break;
            case "initialise round": (id.Kind, id.Client) = (TaskKind.Initialise, ""); break;
            case "initialise client": (id.Kind, id.Round) = (TaskKind.Initialise, 0); break;
            case "kind unset": id.Kind = TaskKind.Unspecified; break;
            case "kind foreign": id.Kind = (TaskKind)99; break;
        }

        var sentence = TaskIds.Check(id);

        Assert.NotNull(sentence);
        Assert.Contains(expected, sentence, StringComparison.Ordinal);
        Assert.DoesNotContain(sentence, char.IsControl);
        Assert.EndsWith(".", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_id_is_told_so() => Assert.NotNull(TaskIds.Check(null));
}
