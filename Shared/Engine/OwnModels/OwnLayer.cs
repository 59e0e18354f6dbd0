using Federated.Core.Randomness;
using Federated.Engine.Layers;
using Federated.Engine.Models;
using static TorchSharp.torch;

namespace Federated.Engine.OwnModels;

/// <summary>A model of one's own as the only layer of a replica: its tensors lie in the replica's flat vector. Not thread-safe.</summary>
internal sealed class OwnLayer : ILayer, IDisposable
{
    private readonly OwnModel _model;
    private readonly FlatParameters _parameters;
    private OwnModule _module;

    /// <param name="model">The model.</param>
    /// <param name="parameters">The replica's, of the model's schema.</param>
    public OwnLayer(OwnModel model, FlatParameters parameters)
    {
        (_model, _parameters) = (model, parameters);
        _module = Bind(model.Create(parameters.Device));
        parameters.Renewing = Renew;
    }

    public Tensor Forward(Tensor input, ForwardPass pass)
    {
        var given = pass.Symbols ?? input;
        if (pass.Draws is not { } draws || !_model.Draws) return _model.Try(() => _module.Forward(given, pass.IsTraining));
        // The module draws from libtorch's generator, of which the process has one: seeded for this pass and used by nobody else meanwhile, it gives the client's own draws.
        lock (OwnModel.Generator) return _model.Try(() => Seeded(given, draws));
    }

    public void Dispose() => _module.Dispose();

    private Tensor Seeded(Tensor input, RandomStream draws)
    {
        manual_seed((long)(draws.NextUInt64() >> 1));
        return _module.Forward(input, training: true);
    }

    // TorchScript optimises itself by what it has been run on, which moves last bits: only an instance that nobody has used gives the same ones everywhere.
    private void Renew()
    {
        if (!_model.Remembers)
        {
            _module.Restart();
            return;
        }
        var used = _module;
        _module = Bind(_model.Create(_parameters.Device));
        used.Dispose();
    }

    private OwnModule Bind(OwnModule module)
    {
        if (_parameters.Bind(module.Tensors)) return module;
        module.Dispose();
        throw new EngineException($"The model in {_model.Name} has tensors that overlap in memory: give each its own, or use one parameter in several places.");
    }
}
