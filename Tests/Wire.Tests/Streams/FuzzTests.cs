using Federated.V1;
using Federated.Wire.Streams;
using Google.Protobuf;

namespace Federated.Wire.Tests.Streams;

/// <summary>Streams with damaged bytes, in a wrong order, with parts missing or doubled: a reader answers, and neither throws nor takes much memory.</summary>
public sealed class FuzzTests
{
    private const int Streams = 4000;
    private static readonly UploadLimits Limits = new(1 << 20);

    [Fact]
    public async Task Damaged_updates_are_refused_or_are_the_update()
    {
        var random = new Random(17);
        var accepted = 0;
        for (var i = 0; i < Streams; i++)
        {
            var reader = new UploadReader(new PartsReader<UploadPart>(Damaged(UploadScript.Whole(UploadScript.Header()), random)), Limits);
            var destination = new float[3];

            var (header, refusal) = await reader.ReadHeaderAsync(CancellationToken.None);
            if (header is not null) refusal = await reader.ReadUpdateAsync(header, UploadScript.Schema, destination, CancellationToken.None);

            if (refusal is not null)
            {
                Assert.NotEqual(Refusal.Unspecified, refusal.Reason);
                continue;
            }
            accepted++;
            Assert.Equal(UploadScript.Values, destination);
        }
        // Damage to a name or to metrics can go unnoticed here; most damage must not.
        Assert.InRange(accepted, 1, Streams / 3);
    }

    [Fact]
    public async Task Damaged_initial_parameters_are_refused_or_are_finite()
    {
        var random = new Random(18);
        var before = GC.GetTotalAllocatedBytes();
        for (var i = 0; i < Streams; i++)
        {
            var reader = new UploadReader(new PartsReader<UploadPart>(Damaged(UploadScript.Whole(UploadScript.InitialHeader()), random)), Limits);

            var (header, refusal) = await reader.ReadHeaderAsync(CancellationToken.None);
            if (header is null || header.Id.Kind != TaskKind.Initialise) continue;
            (var parameters, refusal) = await reader.ReadInitialAsync(header, CancellationToken.None);

            Assert.True(parameters is null != refusal is null);
            if (parameters is not null) Assert.Equal(UploadScript.Values, parameters.Values.ToArray());
        }
        Assert.InRange((GC.GetTotalAllocatedBytes() - before) / Streams, 0, 200_000);
    }

    [Fact]
    public async Task Damaged_models_are_refused_or_are_the_model()
    {
        var model = new Core.Parameters.ParameterVector(UploadScript.Schema, UploadScript.Values);
        var writer = new PartsWriter<ModelPart>();
        await ParameterSender.SendModelAsync(writer, 3, model, CancellationToken.None);
        var random = new Random(19);
        for (var i = 0; i < Streams; i++)
        {
            var received = await ParameterReceiver.ReceiveModelAsync(new PartsReader<ModelPart>(Damaged(writer.Parts, random)), 1 << 20, CancellationToken.None);

            if (received.Ok) Assert.Equal(model.Hash, received.Value.Parameters.Hash);
            else Assert.NotEmpty(received.Error);
        }
    }

    private static List<T> Damaged<T>(IEnumerable<T> whole, Random random) where T : class, IMessage<T>
    {
        var parts = whole.ToList();
        for (var faults = 1 + random.Next(2); faults > 0 && parts.Count > 0; faults--)
        {
            var at = random.Next(parts.Count);
            switch (random.Next(5))
            {
                case 0: parts.RemoveAt(at); break;
                case 1: parts.Insert(random.Next(parts.Count), parts[at]); break;
                case 2: (parts[at], parts[0]) = (parts[0], parts[at]); break;
                default: parts[at] = WithDamagedBytes(parts[at], random); break;
            }
        }
        return parts;
    }

    private static T WithDamagedBytes<T>(T part, Random random) where T : class, IMessage<T>
    {
        while (true)
        {
            var bytes = part.ToByteArray();
            for (var changes = 1 + random.Next(3); changes > 0; changes--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            try
            {
                return (T)part.Descriptor.Parser.ParseFrom(bytes);
            }
            catch (InvalidProtocolBufferException)
            {
                // No message any more: the transport would not pass it on. Try other bytes.
            }
        }
    }
}
