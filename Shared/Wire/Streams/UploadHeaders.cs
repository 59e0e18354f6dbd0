using System.Globalization;
using Federated.Core.Aggregation;
using Federated.Core.Parameters;
using Federated.Core.Privacy.SecureAggregation.Coding;
using Federated.V1;
using Federated.Wire.Mapping;

namespace Federated.Wire.Streams;

/// <summary>Checks of an upload's header.</summary>
public static class UploadHeaders
{
    /// <summary>The encoding of plain values.</summary>
    public const string Float32 = "f32";

    /// <summary>The encoding of masked values and scalars.</summary>
    public const string Masked = "masked";

    /// <summary>Most clients whose data cannot be used that are told.</summary>
    public const int MaxUnusable = 1000;

    /// <summary>Checks everything that needs no knowledge of the run. Null when nothing is wrong.</summary>
    public static UploadRefusal? Check(UploadHeader header, UploadLimits limits)
    {
        if (TaskIds.Check(header.Id) is { } id) return new(Refusal.Malformed, id);
        if (header.Encoding is not (Float32 or Masked)) return new(Refusal.Malformed, $"The encoding is neither '{Float32}' nor '{Masked}', the only ones that are known here.");
        if (header.PayloadBytes > (ulong)limits.MaxPayloadBytes)
            return new(Refusal.TooLarge, $"A payload of {header.PayloadBytes} bytes is above the coordinator's cap of {limits.MaxPayloadBytes}.");
        if (header.Encoding == Masked) return CheckMasked(header);
        if (header.Count is 0 or > int.MaxValue || header.PayloadBytes != 4 * header.Count)
            return new(Refusal.WrongLength, $"{header.Count} values of float32 do not make {header.PayloadBytes} bytes.");
        if (TaskReports.CheckSeconds(header.ComputeSeconds) is { } seconds) return seconds;
        if (Tickets.Check(header.Ticket) is { } ticket) return ticket;
        return header.Id.Kind switch
        {
            TaskKind.Train => CheckTrain(header),
            TaskKind.Initialise => CheckInitialised(header.Initialised),
            _ => new(Refusal.Malformed, "Only initialise and train tasks upload values."),
        };
    }

    /// <summary>The largest magnitude of a mean loss of local training: 10^30.</summary>
    public const double MostLoss = 1e30;

    /// <summary>Checks an update of plain values against the run's schema. Null when it fits.</summary>
    public static UploadRefusal? CheckPlain(UploadHeader header, ParameterSchema schema) =>
        header.Encoding == Float32 ? CheckSchema(header, schema) : new(Refusal.Malformed, $"The round takes updates of the encoding '{Float32}' alone.");

    /// <summary>Checks an update against the run's schema. Null when it fits.</summary>
    public static UploadRefusal? CheckSchema(UploadHeader header, ParameterSchema schema)
    {
        if (header.SchemaHash != schema.Hash) return new(Refusal.WrongSchema, "The update is of another model: its schema hash is not the run's.");
        return header.Count == (ulong)schema.Count
            ? null
            : new(Refusal.WrongLength, $"The update has {header.Count} values; the model has {schema.Count}.");
    }

    /// <summary>Checks a masked update against the form that the round takes. Null when it fits.</summary>
    public static UploadRefusal? CheckLayout(UploadHeader header, MaskedLayout layout)
    {
        if (header.Encoding != Masked) return new(Refusal.Malformed, "The round takes masked updates alone, and this one is not.");
        return header.PayloadBytes == (ulong)layout.Bytes
            ? null
            : new(Refusal.WrongLength, $"The masked update has {header.PayloadBytes} bytes; {layout.Length} values of {layout.RingBits} bits and {layout.Scalars} scalars are {layout.Bytes}.");
    }

    // What would say something of a single client has its place behind the mask.
    private static UploadRefusal? CheckMasked(UploadHeader header)
    {
        if (header.Id.Kind != TaskKind.Train || header.Initialised is not null) return new(Refusal.Malformed, "Only train tasks upload masked values.");
        if (header.Count is 0 or > int.MaxValue || header.PayloadBytes is 0 or > int.MaxValue) return new(Refusal.WrongLength, $"{header.Count} masked values in {header.PayloadBytes} bytes cannot be.");
        if (header.Examples != 0 || header.Weight != 0 || header.ComputeSeconds != 0 || header.Training is not null || header.Validation is not null || header.Personal is not null)
            return new(Refusal.Malformed, "The header of a masked update says nothing of examples, weights, times and metrics, which are masked.");
        return null;
    }

    private static UploadRefusal? CheckTrain(UploadHeader header)
    {
        if (header.Initialised is not null) return new(Refusal.Malformed, "A train task describes no model.");
        if (header.Examples == 0) return new(Refusal.NoExamples, "The update rests on no examples.");
        if (header.Examples > MetricsMapping.MaxExamples)
            return new(Refusal.Malformed, $"An update over {header.Examples} examples; at most {MetricsMapping.MaxExamples} are allowed.");
        if (header.Weight != 0 && !(header.Weight >= ExactMean.MinWeight && header.Weight < ExactMean.Limit))
            return new(Refusal.OutOfRange, $"A weight of {header.Weight.ToString(CultureInfo.InvariantCulture)} is not from 2^-20 to below 2^42.");
        return (header.Training is null ? null : CheckTraining(header.Training))
            ?? (header.Validation is null ? null : MetricsMapping.Read(header.Validation, out _))
            ?? (header.Personal is null ? null : MetricsMapping.Read(header.Personal, out _));
    }

    // Algorithms and selections look at a client's mean loss, and multiply it. Whether it may be absent, the job says.
    private static UploadRefusal? CheckTraining(Metrics metrics)
    {
        if (MetricsMapping.Read(metrics, out var training) is { } wrong) return wrong;
        if (training.Examples == 0) return new(Refusal.NoExamples, "The local training saw no examples.");
        return Math.Abs(training.Loss) <= MostLoss ? null : new(Refusal.OutOfRange, "The mean loss of the local training is too large to be counted; the training diverged.");
    }

    private static UploadRefusal? CheckInitialised(Initialised? initialised)
    {
        if (initialised is null) return new(Refusal.Malformed, "An initialise task must describe the model.");
        if (initialised.TestExamples > MetricsMapping.MaxExamples)
            return new(Refusal.Malformed, $"A test set of {initialised.TestExamples} examples is too large.");
        if (GoalMapping.Read(initialised.Goal, out _) is { } goal) return new(Refusal.Malformed, goal);
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var client in initialised.Clients)
        {
            if (TaskIds.CheckName(client.Id) is { } wrong) return new(Refusal.Malformed, $"The name of client {names.Count} {wrong}.");
            if (!names.Add(client.Id)) return new(Refusal.Malformed, $"Two clients are called '{client.Id}'.");
            if (client.Examples > MetricsMapping.MaxExamples)
                return new(Refusal.Malformed, $"Client '{client.Id}' claims {client.Examples} examples; at most {MetricsMapping.MaxExamples} are allowed.");
        }
        if (initialised.Unusable.Count > MaxUnusable) return new(Refusal.Malformed, $"{initialised.Unusable.Count} clients with unusable data are too many; at most {MaxUnusable} are told.");
        foreach (var client in initialised.Unusable)
        {
            if (TaskIds.CheckName(client.Id) is { } wrong) return new(Refusal.Malformed, $"The name of a client with unusable data {wrong}.");
            if (!names.Add(client.Id)) return new(Refusal.Malformed, $"Two clients are called '{client.Id}'.");
            if (client.Reason.Length > TaskReports.MaxReasonLength)
                return new(Refusal.Malformed, $"The reason of client '{client.Id}' has {client.Reason.Length} characters; at most {TaskReports.MaxReasonLength} are allowed.");
        }
        return null;
    }
}
