using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Federated.V1;
using Google.Protobuf;

namespace Federated.Worker.Governance;

/// <summary>What leaves, described for the gate.</summary>
internal static class Departures
{
    /// <summary>The first message of a worker.</summary>
    public static Departure Of(Hello hello) => Message(DepartureKind.Hello, hello) with
    {
        Told = [.. new[] { "name", hello.Labels.Count > 0 ? "labels" : "", hello.Clients.Count > 0 ? "clients" : "", hello.Held.Count > 0 ? "tasks that it has" : "" }.Where(what => what.Length > 0)],
        Note = string.Join(", ", hello.Clients),
    };

    /// <summary>An update or the first parameters.</summary>
    /// <param name="header">As it leaves.</param>
    /// <param name="values">The same, shape [P].</param>
    public static Departure Of(UploadHeader header, ReadOnlySpan<float> values)
    {
        // On a big-endian machine the wire's bytes would be others; none is supported.
        var payload = MemoryMarshal.AsBytes(values);
        var kind = header.Id.Kind == TaskKind.Initialise ? DepartureKind.InitialParameters : DepartureKind.Update;
        return OfTask(kind, header.Id, header.CalculateSize() + payload.Length, SHA256.HashData(payload)) with { Told = [.. Told(header)] };
    }

    /// <summary>A masked update.</summary>
    /// <param name="header">As it leaves.</param>
    /// <param name="packed">The same.</param>
    /// <param name="countsLabels">Whether examples of each class are among what it masks.</param>
    public static Departure OfMasked(UploadHeader header, ReadOnlySpan<byte> packed, bool countsLabels) =>
        OfTask(DepartureKind.MaskedUpdate, header.Id, header.CalculateSize() + packed.Length, SHA256.HashData(packed)) with
        {
            Told = [.. Told(header), .. countsLabels ? ["numbers of examples of each class, masked"] : Array.Empty<string>()],
        };

    /// <summary>A report.</summary>
    public static Departure Of(TaskReport report)
    {
        var kind = report.OutcomeCase switch
        {
            TaskReport.OutcomeOneofCase.Metrics => DepartureKind.Metrics,
            TaskReport.OutcomeOneofCase.Moments => DepartureKind.Moments,
            _ => DepartureKind.Failure,
        };
        var bytes = report.ToByteArray();
        return OfTask(kind, report.Id, bytes.Length, SHA256.HashData(bytes)) with
        {
            Told = [.. report.Tallies.Select(tally => $"figures: {tally.Name}")],
            Note = report.Failure?.Reason ?? "",
        };
    }

    /// <summary>An answer in the protocol of secure aggregation.</summary>
    /// <param name="id">The train task.</param>
    /// <param name="answer">As it leaves.</param>
    public static Departure Of(TaskId id, MaskingAnswer answer)
    {
        var kind = answer.AnswerCase switch
        {
            MaskingAnswer.AnswerOneofCase.Advertisement => DepartureKind.KeyAdvertisement,
            MaskingAnswer.AnswerOneofCase.Shares => DepartureKind.SealedShares,
            MaskingAnswer.AnswerOneofCase.Confirmation => DepartureKind.Confirmation,
            MaskingAnswer.AnswerOneofCase.Reveal => DepartureKind.UnmaskingShares,
            _ => DepartureKind.Failure,
        };
        var bytes = answer.ToByteArray();
        return OfTask(kind, id, bytes.Length, SHA256.HashData(bytes)) with { Note = answer.Quit?.Reason ?? "" };
    }

    private static Departure Message(DepartureKind kind, IMessage message)
    {
        var bytes = message.ToByteArray();
        return new(kind, bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    private static Departure OfTask(DepartureKind kind, TaskId id, long bytes, byte[] sha256) =>
        new(kind, bytes, Convert.ToHexStringLower(sha256)) { Run = id.Run, Round = (int)id.Round, Attempt = (int)id.Attempt, Client = id.Client };

    private static IEnumerable<string> Told(UploadHeader header)
    {
        if (header.Examples > 0) yield return "number of examples";
        if (header.Weight > 0) yield return "weight";
        if (header.Training is not null) yield return "loss and hits of the training";
        if (header.Validation is not null) yield return "loss and hits on the validation share";
        if (header.Personal is not null) yield return "loss and hits of the client's own model";
        if (header.Initialised is not { } initialised) yield break;
        yield return "the model's tensors";
        if (initialised.Clients.Count > 0) yield return "clients with their numbers of examples";
        if (initialised.Goal?.Classes.Count > 0) yield return "names of classes";
        if (initialised.Unusable.Count > 0) yield return "clients whose data cannot be used, and why";
    }
}
