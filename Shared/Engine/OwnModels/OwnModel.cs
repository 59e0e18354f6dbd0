using Federated.Core.Jobs;
using Federated.Core.Models;
using Federated.Core.Parameters;
using Federated.Core.Randomness;
using static TorchSharp.torch;

namespace Federated.Engine.OwnModels;

/// <summary>A model whose code is a file: it was run once and fits the data. Makes as many instances as threads train. Thread-safe.</summary>
internal sealed class OwnModel : IDisposable
{
    /// <summary>Held by whoever seeds and uses libtorch's own generator.</summary>
    public static readonly Lock Generator = new();

    private readonly IModuleSource _source;
    private readonly long _seed;

    private OwnModel(IModuleSource source, string name, DataShape data, ulong seed)
    {
        (_source, Name, _seed) = (source, name, (long)(SeedTree.Derive(seed, "own model", 0, "") >> 1));
        using var module = Create();
        Initial = new(module.Schema, InitialValues(module));
        Plan = new(data, [], module.Schema);
        (Draws, NeedsPairs) = ModuleTrial.Run(this, module, data);
    }

    /// <summary>The file, for messages.</summary>
    public string Name { get; }

    /// <summary>A plan without layers, for the data that it was opened for.</summary>
    public ModelPlan Plan { get; }

    /// <summary>Its first values.</summary>
    public ParameterVector Initial { get; }

    /// <summary>Whether a training pass draws from libtorch's generator, as dropout does.</summary>
    public bool Draws { get; }

    /// <summary>Whether it cannot learn from a batch of one example.</summary>
    public bool NeedsPairs { get; }

    /// <summary>Whether an instance that was used may give other last bits than a new one.</summary>
    public bool Remembers => _source.Remembers;

    /// <summary>Loads the file.</summary>
    /// <param name="file">Allowed and read.</param>
    /// <param name="job">Names a type, and has the seed.</param>
    /// <param name="data">What the data gives and wants.</param>
    /// <exception cref="EngineException">It is no such file, or its model fails or does not fit the data.</exception>
    public static OwnModel Open(ModelFile file, JobSpec job, DataShape data)
    {
        if (data.Objective == Objective.Translation)
            throw new EngineException($"{file.Key}: sentence pairs are decoded token by token, which only the layer encoder_decoder can; use {TransformerModels.Seq2Seq}.");
        IModuleSource source = job.Model.Torchscript is not null ? new ScriptSource(file) : new AssemblySource(file, job.Model.Type!, data);
        try
        {
            return new(source, file.Path, data, job.Seed);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>A new instance with the initial values.</summary>
    /// <param name="device">Where its tensors are to be; null for the processor.</param>
    /// <exception cref="EngineException">It cannot be made, or is another one than the first.</exception>
    public OwnModule Create(Device? device = null)
    {
        OwnModule module;
        lock (Generator)
        {
            manual_seed(_seed);
            module = _source.Create(_seed, device ?? CPU);
        }
        if (Plan is null || module.Schema.Equals(Plan.Schema)) return module;
        module.Dispose();
        throw new EngineException($"The model in {Name} has other tensors each time that it is made: names, shapes and order must depend on the request alone.");
    }

    /// <summary>Runs code of the model.</summary>
    /// <exception cref="EngineException">It failed; the message says where it comes from.</exception>
    public T Try<T>(Func<T> run)
    {
        try
        {
            return run();
        }
        catch (Exception error) when (error is not (EngineException or OutOfMemoryException))
        {
            throw new EngineException($"The model in {Name} failed: {Reason(error.Message)}", error);
        }
    }

    /// <summary>What libtorch says, without its stack: the first line, or the one that TorchScript marks as the error.</summary>
    public static string Reason(string message)
    {
        const string Mark = "RuntimeError: ";
        var lines = message.Split('\n');
        return (Array.Find(lines, line => line.StartsWith(Mark, StringComparison.Ordinal))?[Mark.Length..] ?? lines[0]).TrimEnd();
    }

    public void Dispose() => _source.Dispose();

    private static float[] InitialValues(OwnModule module)
    {
        using var disposal = NewDisposeScope();
        var values = new List<float>();
        foreach (var tensor in module.Tensors) values.AddRange(tensor.detach().cpu().contiguous().data<float>());
        return [.. values];
    }
}
