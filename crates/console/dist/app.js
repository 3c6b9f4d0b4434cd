/*
Tessera's console: MIT OR Apache-2.0. It contains lit-html:

BSD 3-Clause License

Copyright (c) 2017 Google LLC. All rights reserved.

Redistribution and use in source and binary forms, with or without
modification, are permitted provided that the following conditions are met:

1. Redistributions of source code must retain the above copyright notice, this
   list of conditions and the following disclaimer.

2. Redistributions in binary form must reproduce the above copyright notice,
   this list of conditions and the following disclaimer in the documentation
   and/or other materials provided with the distribution.

3. Neither the name of the copyright holder nor the names of its
   contributors may be used to endorse or promote products derived from
   this software without specific prior written permission.

THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS"
AND ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE
IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE
DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE
FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL
DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR
SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER
CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY,
OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE
OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.
*/
var Ie=globalThis,nt=t=>t,ae=Ie.trustedTypes,st=ae?ae.createPolicy("lit-html",{createHTML:t=>t}):void 0,De="$lit$",C=`lit$${Math.random().toFixed(9).slice(2)}$`,Ue="?"+C,vn=`<${Ue}>`,L=document,z=()=>L.createComment(""),j=t=>t===null||typeof t!="object"&&typeof t!="function",Be=Array.isArray,ct=t=>Be(t)||typeof t?.[Symbol.iterator]=="function",Le=`[ 	
\f\r]`,W=/<(?:(!--|\/[^a-zA-Z])|(\/?[a-zA-Z][^>\s]*)|(\/?$))/g,it=/-->/g,ot=/>/g,P=RegExp(`>|${Le}(?:([^\\s"'>=/]+)(${Le}*=${Le}*(?:[^ 	
\f\r"'\`<>=]|("|')|))|$)`,"g"),rt=/'/g,at=/"/g,dt=/^(?:script|style|textarea|title)$/i,Fe=t=>(e,...n)=>({_$litType$:t,strings:e,values:n}),c=Fe(1),p=Fe(2),Ri=Fe(3),Y=Symbol.for("lit-noChange"),h=Symbol.for("lit-nothing"),lt=new WeakMap,H=L.createTreeWalker(L,129);function ht(t,e){if(!Be(t)||!t.hasOwnProperty("raw"))throw Error("invalid template strings array");return st!==void 0?st.createHTML(e):e}var ut=(t,e)=>{let n=t.length-1,s=[],i,o=e===2?"<svg>":e===3?"<math>":"",r=W;for(let a=0;a<n;a++){let l=t[a],d,u,m=-1,g=0;for(;g<l.length&&(r.lastIndex=g,u=r.exec(l),u!==null);)g=r.lastIndex,r===W?u[1]==="!--"?r=it:u[1]!==void 0?r=ot:u[2]!==void 0?(dt.test(u[2])&&(i=RegExp("</"+u[2],"g")),r=P):u[3]!==void 0&&(r=P):r===P?u[0]===">"?(r=i??W,m=-1):u[1]===void 0?m=-2:(m=r.lastIndex-u[2].length,d=u[1],r=u[3]===void 0?P:u[3]==='"'?at:rt):r===at||r===rt?r=P:r===it||r===ot?r=W:(r=P,i=void 0);let $=r===P&&t[a+1].startsWith("/>")?" ":"";o+=r===W?l+vn:m>=0?(s.push(d),l.slice(0,m)+De+l.slice(m)+C+$):l+C+(m===-2?a:$)}return[ht(t,o+(t[n]||"<?>")+(e===2?"</svg>":e===3?"</math>":"")),s]},Z=class t{constructor({strings:e,_$litType$:n},s){let i;this.parts=[];let o=0,r=0,a=e.length-1,l=this.parts,[d,u]=ut(e,n);if(this.el=t.createElement(d,s),H.currentNode=this.el.content,n===2||n===3){let m=this.el.content.firstChild;m.replaceWith(...m.childNodes)}for(;(i=H.nextNode())!==null&&l.length<a;){if(i.nodeType===1){if(i.hasAttributes())for(let m of i.getAttributeNames())if(m.endsWith(De)){let g=u[r++],$=i.getAttribute(m).split(C),w=/([.?@])?(.*)/.exec(g);l.push({type:1,index:o,name:w[2],strings:$,ctor:w[1]==="."?ce:w[1]==="?"?de:w[1]==="@"?he:D}),i.removeAttribute(m)}else m.startsWith(C)&&(l.push({type:6,index:o}),i.removeAttribute(m));if(dt.test(i.tagName)){let m=i.textContent.split(C),g=m.length-1;if(g>0){i.textContent=ae?ae.emptyScript:"";for(let $=0;$<g;$++)i.append(m[$],z()),H.nextNode(),l.push({type:2,index:++o});i.append(m[g],z())}}}else if(i.nodeType===8)if(i.data===Ue)l.push({type:2,index:o});else{let m=-1;for(;(m=i.data.indexOf(C,m+1))!==-1;)l.push({type:7,index:o}),m+=C.length-1}o++}}static createElement(e,n){let s=L.createElement("template");return s.innerHTML=e,s}};function I(t,e,n=t,s){if(e===Y)return e;let i=s!==void 0?n._$Co?.[s]:n._$Cl,o=j(e)?void 0:e._$litDirective$;return i?.constructor!==o&&(i?._$AO?.(!1),o===void 0?i=void 0:(i=new o(t),i._$AT(t,n,s)),s!==void 0?(n._$Co??=[])[s]=i:n._$Cl=i),i!==void 0&&(e=I(t,i._$AS(t,e.values),i,s)),e}var le=class{constructor(e,n){this._$AV=[],this._$AN=void 0,this._$AD=e,this._$AM=n}get parentNode(){return this._$AM.parentNode}get _$AU(){return this._$AM._$AU}u(e){let{el:{content:n},parts:s}=this._$AD,i=(e?.creationScope??L).importNode(n,!0);H.currentNode=i;let o=H.nextNode(),r=0,a=0,l=s[0];for(;l!==void 0;){if(r===l.index){let d;l.type===2?d=new V(o,o.nextSibling,this,e):l.type===1?d=new l.ctor(o,l.name,l.strings,this,e):l.type===6&&(d=new ue(o,this,e)),this._$AV.push(d),l=s[++a]}r!==l?.index&&(o=H.nextNode(),r++)}return H.currentNode=L,i}p(e){let n=0;for(let s of this._$AV)s!==void 0&&(s.strings!==void 0?(s._$AI(e,s,n),n+=s.strings.length-2):s._$AI(e[n])),n++}},V=class t{get _$AU(){return this._$AM?._$AU??this._$Cv}constructor(e,n,s,i){this.type=2,this._$AH=h,this._$AN=void 0,this._$AA=e,this._$AB=n,this._$AM=s,this.options=i,this._$Cv=i?.isConnected??!0}get parentNode(){let e=this._$AA.parentNode,n=this._$AM;return n!==void 0&&e?.nodeType===11&&(e=n.parentNode),e}get startNode(){return this._$AA}get endNode(){return this._$AB}_$AI(e,n=this){e=I(this,e,n),j(e)?e===h||e==null||e===""?(this._$AH!==h&&this._$AR(),this._$AH=h):e!==this._$AH&&e!==Y&&this._(e):e._$litType$!==void 0?this.$(e):e.nodeType!==void 0?this.T(e):ct(e)?this.k(e):this._(e)}O(e){return this._$AA.parentNode.insertBefore(e,this._$AB)}T(e){this._$AH!==e&&(this._$AR(),this._$AH=this.O(e))}_(e){this._$AH!==h&&j(this._$AH)?this._$AA.nextSibling.data=e:this.T(L.createTextNode(e)),this._$AH=e}$(e){let{values:n,_$litType$:s}=e,i=typeof s=="number"?this._$AC(e):(s.el===void 0&&(s.el=Z.createElement(ht(s.h,s.h[0]),this.options)),s);if(this._$AH?._$AD===i)this._$AH.p(n);else{let o=new le(i,this),r=o.u(this.options);o.p(n),this.T(r),this._$AH=o}}_$AC(e){let n=lt.get(e.strings);return n===void 0&&lt.set(e.strings,n=new Z(e)),n}k(e){Be(this._$AH)||(this._$AH=[],this._$AR());let n=this._$AH,s,i=0;for(let o of e)i===n.length?n.push(s=new t(this.O(z()),this.O(z()),this,this.options)):s=n[i],s._$AI(o),i++;i<n.length&&(this._$AR(s&&s._$AB.nextSibling,i),n.length=i)}_$AR(e=this._$AA.nextSibling,n){for(this._$AP?.(!1,!0,n);e!==this._$AB;){let s=nt(e).nextSibling;nt(e).remove(),e=s}}setConnected(e){this._$AM===void 0&&(this._$Cv=e,this._$AP?.(e))}},D=class{get tagName(){return this.element.tagName}get _$AU(){return this._$AM._$AU}constructor(e,n,s,i,o){this.type=1,this._$AH=h,this._$AN=void 0,this.element=e,this.name=n,this._$AM=i,this.options=o,s.length>2||s[0]!==""||s[1]!==""?(this._$AH=Array(s.length-1).fill(new String),this.strings=s):this._$AH=h}_$AI(e,n=this,s,i){let o=this.strings,r=!1;if(o===void 0)e=I(this,e,n,0),r=!j(e)||e!==this._$AH&&e!==Y,r&&(this._$AH=e);else{let a=e,l,d;for(e=o[0],l=0;l<o.length-1;l++)d=I(this,a[s+l],n,l),d===Y&&(d=this._$AH[l]),r||=!j(d)||d!==this._$AH[l],d===h?e=h:e!==h&&(e+=(d??"")+o[l+1]),this._$AH[l]=d}r&&!i&&this.j(e)}j(e){e===h?this.element.removeAttribute(this.name):this.element.setAttribute(this.name,e??"")}},ce=class extends D{constructor(){super(...arguments),this.type=3}j(e){this.element[this.name]=e===h?void 0:e}},de=class extends D{constructor(){super(...arguments),this.type=4}j(e){this.element.toggleAttribute(this.name,!!e&&e!==h)}},he=class extends D{constructor(e,n,s,i,o){super(e,n,s,i,o),this.type=5}_$AI(e,n=this){if((e=I(this,e,n,0)??h)===Y)return;let s=this._$AH,i=e===h&&s!==h||e.capture!==s.capture||e.once!==s.once||e.passive!==s.passive,o=e!==h&&(s===h||i);i&&this.element.removeEventListener(this.name,this,s),o&&this.element.addEventListener(this.name,this,e),this._$AH=e}handleEvent(e){typeof this._$AH=="function"?this._$AH.call(this.options?.host??this.element,e):this._$AH.handleEvent(e)}},ue=class{constructor(e,n,s){this.element=e,this.type=6,this._$AN=void 0,this._$AM=n,this.options=s}get _$AU(){return this._$AM._$AU}_$AI(e){I(this,e)}},mt={M:De,P:C,A:Ue,C:1,L:ut,R:le,D:ct,V:I,I:V,H:D,N:de,U:he,B:ce,F:ue},kn=Ie.litHtmlPolyfillSupport;kn?.(Z,V),(Ie.litHtmlVersions??=[]).push("3.3.3");var me=(t,e,n)=>{let s=n?.renderBefore??e,i=s._$litPart$;if(i===void 0){let o=n?.renderBefore??null;s._$litPart$=i=new V(e.insertBefore(z(),o),o,void 0,n??{})}return i._$AI(t),i};function N(t){return`C-${t.slice(0,4)}`}function U(t){return`S-${t.slice(0,4)}`}function R(t){return t.replace(/^TLSv/,"TLS ")}function E(t){return t.replace(/^TLS_/,"").replace(/^(?:ECDHE|DHE)_(?:ECDSA|RSA)_(?:WITH_)?/,"").replace(/_SHA(256|384)$/,"").replace(/_POLY1305$/,"-Poly1305").replace("CHACHA20","ChaCha20").replaceAll("_","-")}function pt(t){return t.startsWith("other_")?`type ${t.slice(6)}`:t.split("_").map(e=>e.slice(0,1).toUpperCase()+e.slice(1)).join("")}function v(t){let e=Math.max(0,Math.round(t/1e3))*1e3;return e<6e4?`${e/1e3} s`:e<10*6e4?Ve(e,6e4,"min",1e3,"s"):e<36e5?`${Math.floor(e/6e4)} min`:e<864e5?Ve(e,36e5,"h",6e4,"min"):Ve(e,864e5,"d",36e5,"h")}function Ve(t,e,n,s,i){let o=Math.floor(t%e/s);return`${Math.floor(t/e)} ${n}${o?` ${o} ${i}`:""}`}function X(t){return t<1e3?`${t} µs`:t<1e6?`${(t/1e3).toFixed(t<1e4?1:0)} ms`:`${(t/1e6).toFixed(1)} s`}var xn=new Intl.NumberFormat("en-US");function k(t){return xn.format(t)}function T(t){return t<1e4?`${k(t)} B`:t<1e6?`${(t/1e3).toFixed(1)} kB`:`${(t/1e6).toFixed(1)} MB`}function S(t,e,n=`${e}s`){return`${k(t)} ${t===1?e:n}`}function A(t){return new Date(t).toLocaleTimeString("en-GB")}function y(t){return t.replaceAll("_"," ")}function f(t){return t?Date.parse(t):NaN}var pe=class{constructor(e){this.row=e;this.name=N(e.id),this.opened=f(e.opened_at),this.closed=e.closed_at?f(e.closed_at):1/0;let n=_n(e);this.handshakes=n?[...e.earlier,n]:e.earlier}row;name;opened;closed;handshakes;get id(){return this.row.id}get handshake(){return this.handshakes.at(-1)}get isOpen(){return this.closed===1/0}get state(){return this.row.state==="closed"&&!this.handshake?"failed":this.row.state}get messages(){return this.handshake?.messages??this.row.under_way?.messages??[]}get derived(){return this.handshake?.derived??this.row.under_way?.derived??[]}get how(){let e=this.handshake;return e?e.kind==="renegotiated"?"renegotiated":e.resumed?e.early_data==="accepted"?"resumed, 0-RTT":"resumed":"full":this.state==="failed"?"failed":"handshaking"}allDerived(){return[...this.handshakes,...this.row.under_way?[this.row.under_way]:[]].flatMap(n=>n.derived??[])}};function _n(t){return t.lineage!==void 0&&t.session!==void 0?t:void 0}var Sn=10,fe=class{constructor(e,n){this.row=e;this.order=n;this.name=U(e.id),this.began=f(e.authenticated_at),this.expires=f(e.expires_at??e.lineage_ends_at),this.ended=e.ended_at?f(e.ended_at):e.state==="live"?1/0:this.expires||this.began}row;order;name;began;expires;ended;get id(){return this.row.id}get isLive(){return this.ended===1/0}get colour(){return`c${this.order%Sn}`}get protocol(){return`${this.row.version?R(this.row.version):""} ${this.row.cipher_suite?E(this.row.cipher_suite):""}`.trim()}member(e){return this.row.sessions.find(n=>n.id===e)}};var Tn=500,An=360,ge=class{facts;counters;webSessions=null;processes=new Map;sessions=new Map;connections=new Map;keys=new Map;notices=new Map;nodes=new Map;pairs=new Map;buckets=new Map;#e=new Map;#t=new Set;began=1/0;newest;#n;#i=new Map;#s=new Map;revision=0;#r=0;#o=NaN;merge(e,n){this.revision+=1,e.everything&&this.#l(),this.#m(f(e.at),n),this.facts=e.console??this.facts,e.console&&this.#h(f(e.console.started_at)),this.counters=e.counters??this.counters,e.web_sessions!==void 0&&(this.webSessions=e.web_sessions);for(let s of e.processes??[])this.processes.set(s.id,s);for(let s of e.lineages??[])this.#p(s);for(let s of e.connections??[])this.#u(s);for(let s of e.keys??[])this.keys.set(s.name,s);for(let s of e.notices??[])this.#$(s);for(let s of e.fleet?.nodes??[])this.nodes.set(s.id,s);for(let s of e.fleet?.resumed??[])this.pairs.set(`${s.issued_by} ${s.resumed_on}`,s);for(let s of e.fleet?.misses??[])this.#y(s);this.#a(e.gone??{})}now(e){return Number.isNaN(this.#o)?e:e-this.#o}inOrder(){return this.#n??=[...this.sessions.values()].sort((e,n)=>e.began-n.began||e.order-n.order),this.#n}loose(){return[...this.#t].flatMap(e=>this.connections.get(e)??[])}revisionOf(e){return this.#i.get(e)??0}connectionsOf(e){return[...this.#e.get(e)??[]].flatMap(s=>this.connections.get(s)??[])}holders(e){return this.#s.get(e)??[]}server(){return[...this.processes.values()].filter(e=>!e.ended_at).at(-1)}#a(e){for(let n of e.connections??[])this.#g(n);for(let n of e.lineages??[])this.#f(n);for(let n of e.processes??[])this.processes.delete(n);for(let n of e.keys??[])this.keys.delete(n);for(let n of e.nodes??[]){this.nodes.delete(n);for(let[s,i]of this.pairs)(i.issued_by===n||i.resumed_on===n)&&this.pairs.delete(s)}}#l(){let{processes:e,sessions:n,connections:s,keys:i,notices:o,nodes:r,pairs:a,buckets:l}=this;for(let d of[e,n,s,i,o,r,a,l])d.clear();for(let d of[this.#e,this.#s,this.#t])d.clear();this.#n=void 0,this.newest=void 0,this.began=1/0,this.#r=0}#m(e,n){let s=n-e;Number.isFinite(s)&&!(s>=this.#o)&&(this.#o=s)}#p(e){let n=this.sessions.get(e.id)?.order??this.#r++,s=new fe(e,n);this.sessions.set(e.id,s),this.#n=void 0,this.#h(s.began),this.#c(e.id);for(let{handshakes:i}of this.connectionsOf(e.id))if(i.length>1)for(let{lineage:o}of i)this.#c(o)}#f(e){this.sessions.delete(e),this.#n=void 0,this.#i.delete(e)}#c(e){this.#i.set(e,this.revision)}#h(e){e<this.began&&(this.began=e)}#u(e){let n=this.connections.get(e.id);n&&this.#d(n);let s=new pe(e);this.connections.set(e.id,s),this.#h(s.opened),(!this.newest||s.opened>=this.newest.opened||s.id===this.newest.id)&&(this.newest=s),s.handshakes.length?this.#t.delete(e.id):this.#t.add(e.id);for(let{lineage:i}of s.handshakes){let o=this.#e.get(i)??new Set;this.#e.set(i,o.add(e.id)),this.#c(i)}for(let{fingerprint:i,what:o}of s.allDerived()){let r=this.#s.get(i)??[];r.push({connection:e.id,what:o}),this.#s.set(i,r)}}#g(e){let n=this.connections.get(e);if(n){this.#d(n),this.connections.delete(e),this.#t.delete(e),this.newest===n&&(this.newest=Rn(this.connections.values()));for(let{lineage:s}of n.handshakes){this.#c(s);let i=this.#e.get(s);i?.delete(e),i?.size===0&&this.#e.delete(s)}}}#d(e){for(let{fingerprint:n}of e.allDerived()){let s=this.holders(n).filter(i=>i.connection!==e.id);s.length?this.#s.set(n,s):this.#s.delete(n)}}#$(e){this.notices.set(e.sequence,e),ft(this.notices,Tn)}#y(e){this.buckets.set(e.at,e),ft(this.buckets,An)}};function Rn(t){let e;for(let n of t)(!e||n.opened>=e.opened)&&(e=n);return e}function ft(t,e){for(let n of t.keys()){if(t.size<=e)return;t.delete(n)}}var Mn=[1e3,2e3,5e3,1e4,15e3,3e4,6e4,12e4,3e5,6e5,9e5,18e5,36e5,72e5,108e5,216e5,432e5,864e5,1728e5,6048e5],Cn=84,G=class{constructor(e,n,s,i){this.from=e;this.to=n;this.left=s;this.right=i}from;to;left;right;get span(){return this.to-this.from}get msPerPixel(){return this.span/Math.max(1,this.right-this.left)}x(e){return this.left+(e-this.from)/this.msPerPixel}clamped(e){return Math.min(this.right+20,Math.max(this.left-20,this.x(e)))}at(e){return this.from+(e-this.left)*this.msPerPixel}ticks(){let e=Mn.find(s=>s/this.msPerPixel>=Cn)??2592e6,n=[];for(let s=Math.ceil(this.from/e)*e;s<=this.to;s+=e)n.push(s);return n}};var $t=["fit","1 min","10 min","1 h","all"],J=6e4,gt={"1 min":J,"10 min":10*J,"1 h":60*J},Nn=.14,En=134,On=.3,Pn=5e3,Hn=720*60*J,$e=class{zoom="fit";#e;#t;get follows(){return this.#t===void 0}choose(e){this.zoom=e,this.#e=void 0,this.#t=void 0}follow(){this.#t=void 0}pan(e,n){let s=(this.#t??n)+e;this.#t=s>=n?void 0:s}magnify(e,n,s){this.#e=Math.min(Hn,Math.max(Pn,this.#n(n,s)*e))}get isChosen(){return this.#e===void 0}scale(e,n,s,i){let o=this.#n(e,n),r=this.#t??n,a=Math.min(On,Math.max(Nn,En/Math.max(1,i-s)));return new G(r-o,r+o*a/(1-a),s,i)}#n(e,n){if(this.#e!==void 0)return this.#e;let s=Math.max(J/2,(n-e)*1.04);return this.zoom==="all"?s:this.zoom==="fit"?Math.min(s,gt["10 min"]):gt[this.zoom]}};var Ln=900,In=1e3,Dn=250,ye=class{constructor(e,n){this.token=e;this.draw=n}token;draw;picture=new ge;view=new $e;unfolded=new Set;folded=new Set;link={state:"connecting"};page="picture";chosen;messages=[];status={text:"",count:0};follows=!0;#e;#t=0;busy=new Set;revealed=new Map;version=null;#n=0;#i=!1;#s=0;#r=0;changed(){this.#i||(this.#i=!0,requestAnimationFrame(e=>{this.#i=!1,clearTimeout(this.#s),this.#s=0,this.#r=e,this.draw()}))}arrived(){let e=this.picture.connections.size<In?0:this.#r+Dn-performance.now();if(e<=0)return this.changed();this.#s||=window.setTimeout(()=>this.changed(),e)}now(){return this.picture.now(Date.now())}began(){return Math.min(this.picture.began,this.now())}get connection(){if(this.chosen?.connection)return this.picture.connections.get(this.chosen.connection);if(!(this.chosen?.lineage||!this.#e))return this.picture.connections.get(this.#e)}get session(){let e=this.connection?.handshake?.lineage??this.chosen?.lineage;return e?this.picture.sessions.get(e):void 0}choose(e){this.chosen=e,this.follows=e===void 0,this.changed()}follow(){let{newest:e,connections:n}=this.picture;!(!this.#e||!n.has(this.#e))&&(!this.follows||Date.now()-this.#t<Ln)||e?.id!==this.#e&&(this.#e=e?.id,this.#t=Date.now())}show(e){this.page=e,this.changed()}say(e){this.status={text:e,count:this.status.count+1},this.changed()}complain(e){this.messages=[...this.messages.slice(-3),{id:++this.#n,isError:!0,text:e}],this.changed()}dismiss(e){this.messages=e===void 0?[]:this.messages.filter(n=>n.id!==e),this.changed()}};async function be(t,e,n){let s;try{s=await fetch(`/api/${e}`,{method:"POST",headers:{Authorization:`Bearer ${t}`,"Content-Type":"application/json"},body:JSON.stringify(n)})}catch{throw new Error("the console does not answer: is the process that printed its address still running?")}let i=await Un(s);if(!s.ok||!i.ok&&!i.checks)throw new Error(i.error??`the console answered ${s.status}`);return i}async function Un(t){let e=await t.text();try{return JSON.parse(e)}catch{return{ok:!1,error:e.slice(0,300)||`the console answered ${t.status}`}}}async function x(t,e,n){t.busy.add(e),t.changed();try{let s=await be(t.token,e,n);return s.text&&t.say(s.text),s.secrets&&"connection"in n&&t.revealed.set(String(n.connection),s.secrets),s}catch(s){t.complain(s instanceof Error?s.message:String(s));return}finally{t.busy.delete(e),t.changed()}}function ve(t,e){if(t.link.state==="refused")return"the console does not know this page";let n=t.picture.facts?.deeds;return n?n[e.gate??e.deed]??e.needs(t):"the console has not answered yet"}var O=()=>{};function we(t,e){return t.choose(void 0),x(t,"connect",{version:t.version,resume:e.resume,count:e.count??1,early_data:e.early??!1})}function yt(t){return t.session?t.session.isLive?void 0:`${t.session.name} is ${t.session.row.state} already`:"choose a session first: click a thick bar"}function Ge(t){let e=t.connection;return e?e.isOpen?e.row.by==="console"?void 0:`${e.name} was not opened here, so only its own client can do that`:`${e.name} is closed`:"choose a connection first: click a thin line"}function Bn(t){let e=t.connection?.handshake?.version;return e&&e!=="TLSv1.2"?`${R(e)} has no renegotiation: choose a TLS 1.2 connection`:Ge(t)}var K=[{group:"Connections",actions:[{deed:"connect",label:"New connection",key:"c",needs:O,act:t=>we(t,{resume:!1})},{deed:"connect",label:"Resume",key:"r",needs:O,act:t=>we(t,{resume:!0})},{deed:"connect",label:"5 at once",key:"5",needs:O,act:t=>we(t,{resume:!0,count:5})},{deed:"connect",gate:"early-data",label:"Send 0-RTT",key:"0",needs:O,act:t=>we(t,{resume:!0,early:!0})}]},{group:"Chosen connection",actions:[{deed:"renegotiate",label:"Renegotiate",key:"g",needs:Bn,act:t=>x(t,"renegotiate",{connection:t.connection?.id})},{deed:"key-update",label:"Update keys",key:"u",needs:Ge,act:t=>x(t,"key-update",{connection:t.connection?.id})},{deed:"close",label:"Close",key:"x",needs:Ge,act:t=>x(t,"close",{connection:t.connection?.id})},{deed:"close",label:"Close all",needs:O,act:t=>x(t,"close",{connection:null})}]},{group:"Chosen session",actions:[{deed:"expire",label:"Expire session",key:"e",needs:yt,act:t=>x(t,"expire",{lineage:t.session?.id})},{deed:"revoke",label:"Revoke",key:"v",danger:!0,needs:yt,act:Fn}]},{group:"Server",actions:[{deed:"restart",label:"Restart server",key:"k",danger:!0,needs:O,act:t=>x(t,"restart",{})},{deed:"rotate",label:"Rotate key",key:"o",needs:O,act:t=>x(t,"rotate",{})},{deed:"renew",label:"Renew certificate",key:"w",needs:O,act:t=>x(t,"renew",{})}]}];function Fn(){document.querySelector("#revoke")?.showModal()}var Vn={1:"picture",2:"table",3:"operator",4:"refusals"},bt="tessera.keys";function Ke(){return localStorage.getItem(bt)!=="off"}function wt(t){localStorage.setItem(bt,t?"on":"off")}function vt(t,e){document.addEventListener("keydown",n=>{n.defaultPrevented||n.ctrlKey||n.metaKey||n.altKey||!Ke()||n.target.closest("input:not([type=radio], [type=checkbox]), select, textarea, dialog")||Gn(t,n.key,e)&&(n.preventDefault(),t.changed())})}function Gn(t,e,n){let s=Vn[e];if(s)t.show(s);else if(e==="?")document.querySelector("#help")?.showModal();else if(e==="t")n();else if(e==="n")t.view.follow();else if(e==="["||e==="]"){let i=t.view.scale(t.began(),t.now(),0,1);t.view.pan(i.span/6*(e==="["?-1:1),t.now())}else if(e==="+"||e==="=")t.view.magnify(.7,t.began(),t.now());else if(e==="-")t.view.magnify(1.4,t.began(),t.now());else return Kn(t,e);return!0}function Kn(t,e){let n=K.flatMap(({actions:i})=>i).find(i=>i.key===e);if(!n)return!1;let s=ve(t,n);return s?t.say(`${n.label}: ${s}`):n.act(t),!0}function kt(t,e){let n=new Array(22).fill(0),s=new Array(22).fill(0),i=Math.floor(e/5e3)-22+1;for(let o of t.connections.values()){let r=Math.floor(o.opened/5e3)-i,a=o.handshakes[0];r<0||r>=22||!a||(s[r]=(s[r]??0)+1,a.resumed&&(n[r]=(n[r]??0)+1))}return s.map((o,r)=>o?(n[r]??0)/o:void 0)}function _t(t){let e=t.picture.counters,n=(o,r,a)=>c`<div>
      <dt>${o}</dt>
      <dd data-testid=${`counter-${a}`}>${r}</dd>
    </div>`,s=(e?.resumed??0)+(e?.full??0),i=e&&s?`${Math.round(100*e.resumed/s)} %`:"–";return c`<section class="counters" aria-label="Counters">
    <dl class="pair">
      ${n("Secrets agreed",k(e?.secrets_agreed??0),"secrets-agreed")}
      ${n("Keys derived",k(e?.keys_derived??0),"keys-derived")}
    </dl>
    <dl class="others">
      ${n("Connections open",k(e?.open??0),"open")}
      ${n("closed",k(e?.closed??0),"closed")}
      ${n("failed",k(e?.failed??0),"failed")}
      ${n("Sessions live",k(e?.sessions_live??0),"sessions-live")}
      ${n("Tickets issued",k(e?.tickets_issued??0),"tickets-issued")}
      ${t.picture.webSessions===null?h:n("Web sessions",k(t.picture.webSessions),"web-sessions")}
      ${n("Traffic",c`${T(e?.bytes_in??0)} <small>in</small> ${T(e?.bytes_out??0)} <small>out</small>`,"traffic")}
      <div class="resumed">
        <dt>Resumed</dt>
        <dd><span data-testid="counter-resumed">${i}</span>${qn(kt(t.picture,t.now()))}</dd>
      </div>
    </dl>
  </section>`}var xt=88,qe=22;function qn(t){let e=xt/t.length;return c`<svg class="spark" width=${xt} height=${qe} aria-hidden="true">
    ${t.map((n,s)=>{let i=n===void 0?1:2+n*(qe-2);return p`<rect class=${n===void 0?"none":""} x=${s*e} y=${qe-i} width=${e-1} height=${i} rx="1" />`})}
  </svg>`}var Wn=[["↑ ↓","in the picture: the row above, below"],["→ ←","in the picture: unfold, fold a session"],["[ ]","back and forth in time"],["+ −","closer, further"],["n","back to now, and follow it"],["1 2 3 4","picture, table, operator, refusals"],["t","the guided tour"],["?","this help"]];function St(t){return c`${zn()}${jn(t)}`}function zn(){let t=K.flatMap(({actions:e})=>e).flatMap(({key:e,label:n})=>e?[[e,n]]:[]);return c`<dialog id="help" aria-labelledby="help-title">
    <form method="dialog">
      <h2 id="help-title">How to read this, and the keyboard</h2>
      <ul class="legend">
        <li>
          <svg width="64" height="18" aria-hidden="true">
            <rect class="bar c0" y="2" width="64" height="14" rx="3" /></svg
          ><span
            >a thick bar is a <b>session</b>: a secret, who proved what, names and times. It goes on when connections
            end, also when the server is killed.</span
          >
        </li>
        <li>
          <svg width="64" height="18" aria-hidden="true">
            <rect class="thin c0" y="6" width="52" height="6" rx="2" />
            <path class="tip c0" d="M52 3l8 6l-8 6z" /></svg
          ><span
            >a thin line is a <b>connection</b>: a live channel with keys of its own. Its colour is its session's, its
            hatch is its keys'.</span
          >
        </li>
        <li>
          <svg width="64" height="18" aria-hidden="true"><path class="restart-pole" d="M32 0V18" /></svg
          ><span>a dashed line is a <b>restart</b> of the server: bars cross it, lines do not.</span>
        </li>
        <li>
          <span class="dots" aria-hidden="true">● ○ R</span
          ><span
            >begun with a full handshake; resumed; renegotiated: the same connection moves to another session.</span
          >
        </li>
      </ul>
      <dl class="shortcuts">
        ${[...Wn,...t].map(([e,n])=>c`<div>
              <dt><kbd>${e}</kbd></dt>
              <dd>${n}</dd>
            </div>`)}
      </dl>
      <label class="check"
        ><input
          type="checkbox"
          .checked=${Ke()}
          @change=${e=>wt(e.target.checked)}
        />
        single keys do things</label
      >
      <p class="end"><button>Close help</button></p>
    </form>
  </dialog>`}function jn(t){return c`<dialog id="revoke" aria-labelledby="revoke-title">
    <form method="dialog" @submit=${n=>{let s=n.target,i=new FormData(s);n.submitter?.value!=="revoke"||!t.session||x(t,"revoke",{lineage:t.session.id,why:String(i.get("why")??"").trim()||"revoked in the console",close:i.get("close")!==null})}}>
      <h2 id="revoke-title">Revoke ${t.session?.name??"the session"}</h2>
      <p>
        No ticket of it will be taken again, by any process on this store. Whoever comes back makes a full handshake and
        is refused with this reason.
      </p>
      <label class="field"
        >Why <input name="why" value="revoked in the console" maxlength="200" autocomplete="off"
      /></label>
      <label class="check"><input type="checkbox" name="close" /> also close its open connections</label>
      <p class="end">
        <button value="cancel" formnovalidate>Cancel</button>
        <button class="danger" value="revoke">Revoke session</button>
      </p>
    </form>
  </dialog>`}var Tt="tessera.theme",ke=["auto","light","dark"];function xe(){let t=localStorage.getItem(Tt);return ke.find(e=>e===t)??"auto"}function We(){document.documentElement.dataset.theme=xe()}function At(){let t=ke[(ke.indexOf(xe())+1)%ke.length]??"auto";return localStorage.setItem(Tt,t),We(),t}var Yn=[{page:"picture",label:"Picture"},{page:"table",label:"Table"},{page:"operator",label:"Operator"},{page:"refusals",label:"Refusals"}];function Rt(t,e){let n=xe();return c`<header class="head">
    <h1><img src="favicon.svg" alt="" width="22" height="22" /> Tessera <span>console</span></h1>
    <dl class="server">
      ${Zn(t).map(([s,i])=>c`<div>
            <dt>${s}</dt>
            <dd>${i}</dd>
          </div>`)}
    </dl>
    ${Xn(t)}
    <nav aria-label="View">
      ${Yn.map(({page:s,label:i})=>{let o=t.page===s?"page":h;return c`<button aria-current=${o} @click=${()=>t.show(s)}>${i}</button>`})}
    </nav>
    <div class="tools">
      <button class="tour-button" aria-expanded=${e.isOpen} aria-controls="tour" @click=${e.toggle}>
        Guided tour
      </button>
      <button
        class="icon"
        aria-label=${`Theme: ${n}`}
        title=${`Theme: ${n}`}
        @click=${()=>t.say(`Theme: ${At()}`)}
      >
        ${{auto:"◐",light:"☀",dark:"☾"}[n]}
      </button>
      <button
        class="icon"
        aria-label="Keyboard and help"
        title="Keyboard and help (?)"
        @click=${()=>document.querySelector("#help")?.showModal()}
      >
        ?
      </button>
    </div>
  </header>`}function Zn(t){let{picture:e}=t,n=e.facts;if(!n)return[];let s=e.server(),i=t.now(),o=[...e.keys.values()].find(a=>a.phase==="sealing"),r=[["node",n.node],["server",s?`pid ${s.pid}, up ${v(i-f(s.started_at))}`:"not running"]];if(n.store&&r.push(["store",n.store.replace(/^sqlite /,"")]),o){let a=f(o.seals_from);r.push(["ring",`key ${o.name.slice(0,4)}…${Number.isNaN(a)?"":`, ${v(i-a)} old`}`])}return r}function Xn(t){let{link:e}=t,n={connecting:"connecting",live:"live",reconnecting:"reconnecting",refused:"not connected"}[e.state];return c`<p class="link ${e.state}" role="status"><span class="lamp" aria-hidden="true"></span>${n}</p>`}var Jn=["lines","cross","dots","dashes"];function Qn(t){let e=n=>parseInt(t[n]??"0",16)||0;return{angle:e(0)%8*22.5,spacing:4+e(1)%4,weight:1+e(3)%3*.4,shape:Jn[e(2)%4]??"lines"}}function ze(t,e,n,s,i){let o=Qn(e),r=o.spacing,a=`translate(${s} ${i}) rotate(${o.angle})`;return p`<pattern id=${t} class=${n} width=${r} height=${r}
      patternUnits="userSpaceOnUse" patternTransform=${a}>
    <rect width=${r} height=${r} class="hatch-ink" /><path d=${es(o)} class="hatch-gap" stroke-width=${o.weight} />
  </pattern>`}function es({shape:t,spacing:e}){let n=e/2;switch(t){case"lines":return`M0 ${n}H${e}`;case"cross":return`M0 ${n}H${e}M${n} 0V${e}`;case"dots":return`M${n-.7} ${n}h1.4`;case"dashes":return`M0 ${n}h${e*.55}`}}function _e(t,e,n){let s=`tile-${n}-${t}`;return p`<svg class="tile" width="14" height="14" aria-hidden="true">
    <defs>${ze(s,t,e,0,0)}</defs>
    <rect width="14" height="14" rx="3" fill=${`url(#${s})`} />
  </svg>`}function Mt(t,e,n){return c` <div class="columns ${e?.colour??"none"}">
      ${e?je(`Session ${e.name}`,"shared by its connections",ns(e,n),"shared"):je("No session","nothing was agreed, so nothing outlives it",[],"shared")}
      ${t?je(`Connection ${t.name}`,"gone when it closes",ss(t,e,n),"own"):h}
    </div>
    ${n.picture.webSessions===null?h:ts(n.picture.webSessions,t)}`}function ts(t,e){let n=e?.row.web_session,s=n?c` The latest request here was of <code>${n.slice(0,8)}</code>.`:h;return c`<p class="web">
    <b>Web session</b> (${S(t,"login")}): the application's own, a cookie. It is neither of these; TLS does
    not know it.${s}
  </p>`}function je(t,e,n,s){return c`<section class=${s}>
    <h4>${t}</h4>
    <p class="quiet">${e}</p>
    <dl>
      ${n.map(([i,o])=>c`<dt>${i}</dt>
            <dd>${o}</dd>`)}
    </dl>
  </section>`}function ns(t,e){let{row:n}=t,s=e.now(),i=e.picture.connectionsOf(t.id),o=i.filter(a=>a.isOpen).length,r=t.isLive?["expires in",Number.isNaN(t.expires)?"not told yet":v(t.expires-s)]:[y(n.state),c`${A(t.ended)}${n.why?c`, ${n.why}`:h}`];return[["name",n.server_name??"none"],["version",n.version?R(n.version):"unknown"],["suite",n.cipher_suite?E(n.cipher_suite):"unknown"],["proved at",c`<span title=${`${v(s-t.began)} ago`}>${A(t.began)}</span>`],...n.peer_identity?[["client is",n.peer_identity]]:[],["connections",`${i.length}, ${o} open`],["generation",n.generation],["tickets",`${n.sessions.length}, ${n.sessions.filter(a=>a.uses>0).length} used`],r]}function ss(t,e,n){let{row:s,handshake:i}=t,o=v((t.isOpen?n.now():t.closed)-t.opened),r=[["peer",s.peer],["server",`pid ${s.process}`],["state",`${y(t.state)}, ${o}`]];if(i){let l=p`${_e(i.keys_fingerprint,e?.colour??"none","facts")}`;r.push(["keys",c`${l} <code>${i.keys_fingerprint.slice(0,8)}</code>`],["exchange",i.group??"none: the session's secret"],["handshakes",t.handshakes.length],["key updates",s.key_updates])}return(!t.isOpen||s.bytes_in>0)&&r.push(["bytes in",T(s.bytes_in)],["bytes out",T(s.bytes_out)]),s.ending&&r.push(["ended",s.ending]),r}function Ct(t,e,n){let s=[],i=new Map;for(let o of t){let r=n.holders(o.fingerprint).filter(d=>d.connection!==e),a={what:o.what,fingerprint:o.fingerprint,shared:r,children:[]};((o.from?i.get(o.from):void 0)?.children??s).push(a),i.set(o.what,a)}return s}var is={psk:"the session's secret: what the ticket brought back",early:"starts the key schedule",client_early_traffic:"seals 0-RTT data, before the server has answered",shared:"the key exchange of this handshake, fresh on both sides",handshake:"mixes in this handshake's own key exchange",client_handshake_traffic:"seals what the client says in the handshake",server_handshake_traffic:"seals what the server says in the handshake",main:"the last of the chain; all that follows comes from it",client_traffic:"seals the client's data",server_traffic:"seals the server's data",exporter:"keys for other protocols are made from it",resumption:"tickets of this connection get their secrets from it",ticket_psk:"the secret of a ticket issued here: a later connection takes it up",premaster:"the key exchange of the full handshake",key_block:"cut into the keys of both directions"};function Se(t){return t==="shared"?"key exchange":t.replaceAll("_"," ")}function os(t){let e=/^(client|server)_traffic_(\d+)$/.exec(t);return e?`the ${e[1]}'s key after update ${e[2]}`:is[t]??"derived in this handshake"}function Nt(t,e){let n=`${Se(t.what)}: ${os(t.what)}.`;if(t.shared.length===0)return`${n} Made for ${N(e)} alone; no other connection has it.`;let s=t.shared.slice(0,3).map(o=>`${N(o.connection)}${o.what===t.what?"":` (as its ${Se(o.what)})`}`),i=t.shared.length>3?` and ${t.shared.length-3} more`:"";return`${n} Shared: ${s.join(", ")}${i} ${t.shared.length===1?"has":"have"} the same one.`}var Et="",Ot="";function Pt(t,e){let n=Ct(t.derived,t.id,e.picture);if(n.length===0)return c`<p class="quiet">This connection's key schedule was not traced.</p>`;let s=e.session?.colour??"none",i=r=>()=>{Et=Nt(r,t.id),Ot=t.id,e.changed()};return c` <ul class="keys">
      ${n.map(r=>Ht(r,s,i))}
    </ul>
    <p class="told" aria-live="polite">${Ot===t.id?Et:"Hover over a key, or step to it, to read whose it is."}</p>
    ${e.picture.facts?.learn?rs(t,e):h}`}function Ht(t,e,n){let s=t.shared.length>0;return c`<li>
    <button class="key ${s?"shared":""}" @mouseenter=${n(t)} @focus=${n(t)} @click=${n(t)}>
      ${_e(t.fingerprint,s?e:"own",t.what)}
      <span class="what">${Se(t.what)}</span>
      <code>${t.fingerprint.slice(0,8)}</code>
      <span class="whose">${s?`shared with ${N(t.shared[0]?.connection??"")}`:"own"}</span>
    </button>
    ${t.children.length?c`<ul>
            ${t.children.map(i=>Ht(i,e,n))}
          </ul>`:h}
  </li>`}function rs(t,e){let n=e.revealed.get(t.id);return n?c`<div class="revealed" role="group" aria-label="Secrets of this connection">
    <p>
      <strong>Whoever has these reads this connection.</strong> They are shown because the server was started with
      <code>--learn</code>.
    </p>
    <dl>
      ${n.map(({label:s,secret:i})=>c`<dt>${s}</dt>
            <dd><code>${i}</code></dd>`)}
    </dl>
    <button @click=${()=>(e.revealed.delete(t.id),e.changed())}>Hide secrets</button>
  </div>`:c`<button class="danger" @click=${()=>{x(e,"reveal",{connection:t.id})}}>
      Reveal secrets
    </button>`}var M=t=>({sent:!0,name:t}),Q=t=>({sent:!1,name:t}),as={"TLSv1.3":[Q("client_hello"),M("server_hello"),M("encrypted_extensions"),M("certificate"),M("certificate_verify"),M("finished"),Q("finished")],"TLSv1.2":[Q("client_hello"),M("server_hello"),M("certificate"),M("server_key_exchange"),M("server_hello_done"),Q("client_key_exchange"),Q("finished"),M("finished")]};function Lt(t,e,n,s){let i=ds(t),o=as[e];if(!n||!o||i.length===0)return i;let r=s.length?s.filter(l=>ls.has(l.name)):[],a=0;for(let l of cs(o,r)){let d=i.findIndex(m=>!m.skipped&&m.name===l.name&&m.sent===l.sent);if(d>=0){a=Math.max(a,d+1);continue}let u=s.find(m=>m.name===l.name&&m.sent===l.sent)?.bytes;i.splice(a,0,{...l,bytes:u,skipped:!0,after:!1}),a+=1}return i}var ls=new Set(["certificate_request","certificate","certificate_status","certificate_verify","server_key_exchange","server_hello_done","client_key_exchange"]);function cs(t,e){let n=l=>t.some(d=>d.name===l.name&&d.sent===l.sent),s=e.filter(l=>!n(l));if(s.length===0)return t;let i=s.filter(l=>l.sent),o=s.filter(l=>!l.sent),r=t.findIndex(l=>l.name==="certificate"),a=t.findIndex(l=>!l.sent&&l.name==="finished");return[...t.slice(0,r),...i,...t.slice(r,a),...o,...t.slice(a)]}function ds(t){let e=new Set;return t.map(n=>{let s=e.size===2;return n.name==="finished"&&e.add(n.sent),{...n,skipped:!1,after:s}})}function It(t){let e=0;for(let n of t)if(n.skipped){if(n.bytes===void 0)return;e+=n.bytes}return e}function Dt(t,e,n,s){return n?"0 RTT for the first data":`${(t==="TLSv1.2"&&!e?2:1)+(s?1:0)} RTT`}function Ut(t,e){let n=t.handshake;if(t.messages.length===0)return c`<p class="quiet">This connection's messages were not traced.</p>`;let s=n?.resumed?hs(t,e):void 0,i=Lt(t.messages,n?.version??"",n?.resumed??!1,s?.messages??[]);return c` ${n?us(t,i,s):c`<p class="sum">The handshake is not complete.</p>`}
    <div class="ladder-head" aria-hidden="true"><span>client</span><span>server</span></div>
    <ol class="ladder">
      ${i.map((o,r)=>ms(o,o.after&&!i[r-1]?.after))}
    </ol>`}function hs(t,e){let n=t.handshake?.lineage??"";for(let s of e.connectionsOf(n)){let i=s.handshakes.find(o=>o.lineage===n&&!o.resumed);if(i?.messages?.length)return{messages:i.messages,micros:i.handshake_us}}}function us(t,e,n){let s=t.handshake;if(!s)return c``;let i=e.filter(l=>l.name==="certificate"&&!l.skipped).length,o=e.filter(l=>["certificate_verify","server_key_exchange"].includes(l.name)&&!l.skipped).length,r=s.early_data==="accepted",a=s.resumed?It(e):void 0;return c`<p class="sum">
    <b>${Dt(s.version,s.resumed,r,t.row.retried)}</b>
    · ${S(i,"certificate")} · ${S(o,"signature")} · ${X(s.handshake_us)}
    ${a||n?c`<span class="saved"
            >${a?c`spared: <b>${T(a)}</b>`:h}${n?c`${a?"; ":""}the full handshake took ${X(n.micros)}`:h}</span
          >`:h}
  </p>`}function ms(t,e){let n=t.sent?"server":"client",s=pt(t.name);return c`<li
    class="rung from-${n} ${t.skipped?"skipped":""} ${t.after?"after":""} ${e?"first-after":""}"
  >
    <span class="vh">${n}: </span>
    <span class="what">${t.skipped?c`<s>${s}</s><span class="vh"> not needed</span>`:s}</span>
    <span class="size">${t.bytes===void 0?"":`${t.skipped?"−":""}${T(t.bytes)}`}</span>
  </li>`}function q(t,e){let n=ve(t,e),s=`why-${e.label.replace(/\W+/g,"-").toLowerCase()}`,i=()=>{n?t.say(`${e.label}: ${n}`):e.act(t)};return c`<span class="deed">
    <button
      class=${e.danger?"danger":""}
      aria-disabled=${n?"true":h}
      aria-describedby=${n?s:h}
      aria-keyshortcuts=${e.key??h}
      data-busy=${t.busy.has(e.deed)?"":h}
      @click=${i}
    >
      ${e.label}
    </button>
    ${n?c`<span class="reason" id=${s} role="tooltip">${n}</span>`:h}
  </span>`}function Te(t,e){return c`<div class="share" role="group" aria-label=${`Take ${t.name} elsewhere`}>
    ${q(e,{deed:"export",label:"Copy openssl command",needs:()=>{},act:()=>ps(t,e)})}
    ${q(e,{deed:"export",label:"Download .pem",needs:()=>{},act:()=>fs(t,e)})}
    ${q(e,{deed:"elsewhere",label:"Open in another process",needs:()=>{},act:()=>x(e,"elsewhere",{version:null})})}
  </div>`}async function ps(t,e){let n=await x(e,"export",{lineage:t.id});if(n?.command)try{await navigator.clipboard.writeText(n.command),e.say(`Copied: ${n.command}`)}catch{e.say(`Copy it by hand: ${n.command}`)}}async function fs(t,e){let n=await x(e,"export",{lineage:t.id});if(!n?.pem)return;let s=document.createElement("a");s.href=URL.createObjectURL(new Blob([n.pem],{type:"application/x-pem-file"})),s.download=`${t.name}.pem`,s.click(),URL.revokeObjectURL(s.href)}function Bt(t,e){let{row:n,handshake:s}=t;if(!s)return gs(t);if(s.kind==="renegotiated"&&!s.resumed)return{headline:"A renegotiation: the same connection, moved to a new session.",reasons:[{ok:!0,what:"full handshake inside",detail:"under the keys of the session before"}]};if(!s.resumed)return $s(t);let i=e?.member(s.session),o=[{ok:!0,what:"same name",detail:n.server_name??"no name asked for, as before"},{ok:!0,what:"same version",detail:R(s.version)},{ok:!0,what:"same hash",detail:E(s.cipher_suite)},...ys(t,i),...bs(t,i),...ws(t,i),...vs(t)];return{headline:`Resumed: its ${s.kind==="session_id"?"session ID":"ticket"} was good for everything asked.`,reasons:o}}function gs(t){let{row:e}=t;if(t.state!=="failed")return{headline:"The handshake is under way.",reasons:[]};let n=e.alert_sent??e.alert_received,s=e.alert_sent?"sent by the server":"sent by the client";return{headline:`The handshake failed: ${e.ending??"no reason was given"}.`,reasons:n?[{ok:!1,what:`alert ${n}`,detail:s}]:[]}}function $s(t){let{row:e}=t;return e.refusal?{headline:`Not resumed: ${e.refusal_text??y(e.refusal)}.`,reasons:[{ok:!1,what:y(e.refusal),detail:"the offered session was refused"},{ok:!0,what:"full handshake instead",detail:"a refusal is a reason, not an error"}]}:{headline:"A full handshake: the client offered no session.",reasons:[{ok:void 0,what:"first contact",detail:"identity proved, a new secret agreed"}]}}function ys({opened:t},e){let n=f(e?.issued_at),s=f(e?.expires_at);return Number.isNaN(n)||Number.isNaN(s)?[]:[{ok:t<s,what:"age",detail:`${v(t-n)}, of ${v(s-n)}`}]}function bs(t,e){let n=e?.issued_by;return n?[{ok:!0,what:`${t.handshake?.kind==="session_id"?"agreed on":"ticket from"} ${N(n)}`,detail:"opened by a key of the ring, or found in the store"}]:[]}function ws(t,e){return e?t.handshake?.version==="TLSv1.3"?[{ok:e.uses<=1,what:"not used before",detail:e.uses<=1?"each ticket is claimed once":`${e.uses} connections ran on it`}]:[{ok:!0,what:"may be used again",detail:`TLS 1.2: ${e.uses} connections so far`}]:[]}function vs({handshake:t}){return!t?.early_data||t.early_data==="none"&&!t.early_data_refusal?[]:t.early_data==="accepted"?[{ok:!0,what:"0-RTT accepted",detail:"data came with the first flight"}]:[{ok:!1,what:"0-RTT not taken",detail:y(t.early_data_refusal??t.early_data)}]}function Ft(t,e){let{headline:n,reasons:s}=Bt(t,e.session);return c` <p class="headline">${n}</p>
    <ul class="reasons">
      ${s.map(ks)}
    </ul>
    ${e.session?Te(e.session,e):h}`}function ks({ok:t,what:e,detail:n}){let[s,i]=t===void 0?["·",""]:t?["✓","yes: "]:["✗","no: "];return c`<li class=${t===void 0?"plain":t?"yes":"no"}>
    <span class="mark" aria-hidden="true">${s}</span>
    <span><span class="vh">${i}</span><b>${e}</b> <span class="detail">${n}</span></span>
  </li>`}function Vt(t){let{connection:e,session:n}=t;if(!e&&!n)return c`<section class="inspector empty" aria-labelledby="selected-title">
      <h2 id="selected-title">Nothing chosen</h2>
      <p class="quiet">
        Connections appear here as they come. A thin line is a connection, a live channel; a thick bar is a session,
        what outlives it.
      </p>
    </section>`;let s=e?`${e.name} ${e.how}${n?` ${e.handshake?.resumed?"from":"on"} ${n.name}`:""}`:n?.name;return c`<section class="inspector ${n?.colour??"none"}" aria-labelledby="selected-title">
    <div class="inspector-head">
      <h2 id="selected-title"><span class="swatch" aria-hidden="true"></span>${s}</h2>
      ${t.chosen||!t.follows?c`<button class="quiet" @click=${()=>t.choose(void 0)}>Follow the newest</button>`:c`<span class="quiet">the newest; click a line or a bar to choose</span>`}
    </div>
    <div class="panels">
      ${ee("facts","What is shared, what is not",Mt(e,n,t))}
      ${e?[ee("ladder-panel","Handshake",Ut(e,t.picture)),ee("tree","Keys, and whose they are",Pt(e,t)),ee("why",xs(e),Ft(e,t))]:n?ee("why","Take it along",Te(n,t)):null}
    </div>
  </section>`}function xs(t){return t.handshake?.resumed?"Why resumed":t.row.refusal?"Why not resumed":t.state==="failed"?"Why it failed":"Why a full handshake"}function ee(t,e,n){return c`<section class="panel ${t}" aria-labelledby=${`${t}-title`}>
    <h3 id=${`${t}-title`}>${e}</h3>
    <div class="panel-body" tabindex="0" role="group" aria-labelledby=${`${t}-title`}>${n}</div>
  </section>`}var Gt=t=>(...e)=>({_$litDirective$:t,values:e}),Ae=class{constructor(e){}get _$AU(){return this._$AM._$AU}_$AT(e,n,s){this._$Ct=e,this._$AM=n,this._$Ci=s}_$AS(e,n){return this.update(e,n)}update(e,n){return this.render(...n)}};var{I:or}=mt;var _s={},Kt=(t,e=_s)=>t._$AH=e;var qt=Gt(class extends Ae{constructor(){super(...arguments),this.key=h}render(t,e){return this.key=t,e}update(t,[e,n]){return e!==this.key&&(Kt(t),this.key=e),n}});function Wt(t){let e=t.status.text?c`<p class="status">${t.status.text}</p>`:h;return c`<div role="status" data-testid="status">${qt(t.status.count,e)}</div>
    <div class="errors" role="alert">${t.messages.map(n=>Ss(n,t))}</div>
    ${Ts(t)}`}function Ss({id:t,text:e},n){return c`<div class="error">
    <span>${e}</span><button aria-label="Dismiss" @click=${()=>n.dismiss(t)}>×</button>
  </div>`}function Ts(t){return t.link.state!=="refused"?h:c`<div class="notice" role="alert">
    <h2>This page has no key to the console</h2>
    <p>
      Open the address that the server printed, the part behind <code>#</code> included: it proves that whoever looks is
      who started the server.
    </p>
    <p class="quiet">The console says: ${t.link.why||"no token"}</p>
  </div>`}var Ye;function zt(t,e){if(t.nodes.size===0){let n=Math.floor(e/1e3);return Ye?.second!==n&&(Ye={second:n,fleet:As(t)}),Ye.fleet}return{nodes:[...t.nodes.values()],resumed:[...t.pairs.values()],misses:[...t.buckets.values()]}}function As(t){let e=[...t.processes.values()].map(o=>({id:String(o.pid),label:`${o.node} ${o.pid}`,pid:o.pid,alive:!o.ended_at})),n=new Map,s=new Map;for(let o of t.connections.values()){let r=o.handshakes[0];if(!r)continue;let a=Math.floor(o.opened/1e4)*1e4,l=s.get(a)??{at:new Date(a).toISOString(),refused:{},resumed:0,full:0};s.set(a,l),l[r.resumed?"resumed":"full"]+=1;let{refusal:d}=o.row;if(d&&(l.refused[d]=(l.refused[d]??0)+1),!r.resumed)continue;let u=t.sessions.get(r.lineage)?.member(r.session)?.issued_by??"",m=t.connections.get(u)?.row.process;if(m===void 0)continue;let g=`${m} ${o.row.process}`,$=n.get(g)??{issued_by:String(m),resumed_on:String(o.row.process),count:0};$.count+=1,n.set(g,$)}let i=[...s.values()].sort((o,r)=>o.at.localeCompare(r.at));return{nodes:e,resumed:[...n.values()],misses:i}}function jt(t){let e=zt(t.picture,t.now());return c`<div class="operator">
    <section aria-labelledby="heat-title">
      <h2 id="heat-title">Issued by → resumed on</h2>
      <p class="quiet">Off the diagonal: one process took up what another had issued.</p>
      ${Ms(e)}
    </section>
    <section aria-labelledby="misses-title">
      <h2 id="misses-title">Handshakes, ten seconds each</h2>
      <p class="quiet">Resumed, full, and of the full ones those that were refused, by reason.</p>
      ${Cs(e.misses)}
    </section>
    <section aria-labelledby="ring-title" class="wide">
      <h2 id="ring-title">The ring of ticket keys</h2>
      <p class="quiet">
        A key seals for a while, and opens what it sealed for longer: no ticket is refused because of a rotation.
      </p>
      ${Ns([...t.picture.keys.values()],t.now())}
    </section>
  </div>`}var Rs=16;function Ms(t){let e=[...t.nodes].sort((i,o)=>Number(o.alive)-Number(i.alive)).slice(0,Rs);if(e.length===0)return c`<p class="quiet">No process has been seen yet.</p>`;let n=new Map(t.resumed.map(i=>[`${i.issued_by} ${i.resumed_on}`,i.count])),s=Math.max(1,...n.values());return c`<div class="heat" tabindex="0" role="group" aria-labelledby="heat-title">
    <table>
      <thead>
        <tr>
          <th scope="col">issued by</th>
          ${e.map(i=>c`<th scope="col" class=${i.alive?"":"ended"}>${i.label}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${e.map(i=>c`<tr>
              <th scope="row" class=${i.alive?"":"ended"}>${i.label}</th>
              ${e.map(o=>{let r=n.get(`${i.id} ${o.id}`)??0,a=r===0?0:Math.ceil(5*Math.log1p(r)/Math.log1p(s));return c`<td class="warm${a} ${i.id===o.id?"same":""}">
                  ${r?k(r):"·"}
                </td>`})}
            </tr>`)}
      </tbody>
    </table>
  </div>`}var b={width:560,height:150,left:30,bottom:18},Re=48;function Cs(t){let e=t.slice(-Re),n=[...new Set(e.flatMap(l=>Object.keys(l.refused)))].sort(),s=Math.max(1,...e.map(l=>l.full+l.resumed)),i=(b.width-b.left)/Re,o=(b.height-b.bottom-8)/s,r=(l,d)=>{let u=b.left+(Re-e.length+d)*i,m=b.height-b.bottom,g=Object.values(l.refused).reduce((w,F)=>w+F,0);return[["resumed",l.resumed],["full",Math.max(0,l.full-g)],...n.map((w,F)=>[`miss m${F%8}`,l.refused[w]??0])].filter(([,w])=>w>0).map(([w,F])=>(m-=F*o,p`<rect class=${w} x=${u} y=${m} width=${i-1.5} height=${F*o} />`))},a=e[0];return c`<svg
      class="chart"
      viewBox="0 0 ${b.width} ${b.height}"
      role="img"
      aria-label=${`${S(e.length,"bucket")}; at most ${s} handshakes in one`}
    >
      <text class="tick" x="0" y="12">${s}</text>
      <path
        class="gridline"
        d="M${b.left} 8H${b.width}M${b.left} ${b.height-b.bottom}H${b.width}"
      />
      ${e.map(r)}
      ${a?p`<text class="tick" x=${b.left+(Re-e.length)*i} y=${b.height-4}>${A(f(a.at))}</text>`:null}
      <text class="tick" text-anchor="end" x=${b.width} y=${b.height-4}>now</text>
    </svg>
    <ul class="patches">
      <li><span class="patch resumed"></span>resumed</li>
      <li><span class="patch full"></span>full, nothing offered</li>
      ${n.map((l,d)=>c`<li><span class="patch m${d%8}"></span>refused: ${y(l)}</li>`)}
    </ul>`}var te={width:1160,row:24,left:150};function Ns(t,e){if(t.length===0)return c`<p class="quiet">The ring has not been told yet.</p>`;let n=t.flatMap(o=>[f(o.seals_from),f(o.seals_until),f(o.opens_until)]).filter(Number.isFinite),s=new G(Math.min(e,...n),Math.max(e+6e4,...n),te.left,te.width-10),i=t.length*te.row+26;return c`<div class="ring-chart" tabindex="0" role="group" aria-labelledby="ring-title">
    <svg
      viewBox="0 0 ${te.width} ${i}"
      role="img"
      aria-label=${t.map(o=>`key ${o.name.slice(0,8)} is ${o.phase}`).join("; ")}
    >
      <path class="now-pole" d="M${s.x(e)} 0V${i-20}" />
      <text class="tick" text-anchor="middle" x=${s.x(e)} y=${i-6}>now</text>
      ${t.map((o,r)=>Es(o,r*te.row,s,e))}
    </svg>
  </div>`}function Es(t,e,n,s){let[i,o,r]=[f(t.seals_from),f(t.seals_until),f(t.opens_until)],a=Number.isFinite(i)?i:n.from,l=Number.isFinite(o)?o:a,d=Number.isFinite(r)?r:l,u=d-s;return p`<text class="name" x="4" y=${e+15}>${t.name.slice(0,8)}</text><text class="phase" x="78" y=${e+15}>${t.phase}</text>
    <rect class="opens" x=${n.x(a)} y=${e+5} width=${Math.max(1,n.x(d)-n.x(a))} height="12" rx="3" />
    <rect class="seals" x=${n.x(a)} y=${e+5} width=${Math.max(0,n.x(l)-n.x(a))} height="12" rx="3" />
    <title>${t.name}: ${t.phase}${u>0?`, opens for ${v(u)} more`:""}</title>`}var Os=[[null,"any"],["1.3","1.3"],["1.2","1.2"]];function Yt(t){return c`<section class="try" aria-labelledby="try-title">
    <div class="groups">
      <fieldset class="versions">
        <legend>
          <h2 id="try-title">Try it</h2>
          <span>with TLS</span>
        </legend>
        ${Os.map(([e,n])=>{let s=()=>(t.version=e,t.changed()),i=t.version===e;return c`<label
            ><input type="radio" name="version" .checked=${i} @change=${s} /><span>${n}</span></label
          >`})}
      </fieldset>
      ${K.map(({group:e,actions:n})=>c`<div class="group" role="group" aria-label=${e}>
            <span class="group-name" aria-hidden="true">${Ps(e,t)}</span>
            <div class="buttons">${n.map(s=>q(t,s))}</div>
          </div>`)}
    </div>
  </section>`}function Ps(t,e){return t==="Chosen connection"?e.connection?.name??"Connection":t==="Chosen session"?e.session?.name??"Session":t}function Zt(t,{tour:e,tables:n,refusals:s}){return c`<div class="page ${e.isOpen?"with-tour":""} on-${t.page}">
    <a class="skip" href="#main">To the picture</a>
    ${Rt(t,e)} ${_t(t)}
    <main id="main" tabindex="-1">
      <section class="picture" aria-labelledby="picture-title" ?hidden=${t.page!=="picture"}>
        ${Hs(t)}
        <div id="timeline" class="timeline"></div>
      </section>
      ${t.page==="table"?n.template():h} ${t.page==="operator"?jt(t):h}
      ${t.page==="refusals"?s.template():h} ${t.page==="operator"?h:Vt(t)}
    </main>
    ${e.template()} ${Yt(t)}
    <div class="said">${Wt(t)}</div>
    ${St(t)}
  </div>`}function Hs(t){return c`<div class="picture-head">
    <h2 id="picture-title">
      Sessions <span class="quiet">thick bars: live as long as the secret lives.</span> Connections
      <span class="quiet">thin lines: live as long as the channel.</span>
    </h2>
    <div class="zoom" role="group" aria-label="Time shown">
      ${$t.map(e=>{let n=t.view.isChosen&&t.view.zoom===e;return c`<button aria-pressed=${n} @click=${()=>(t.view.choose(e),t.changed())}>${e}</button>`})}
      <button class="follow" aria-pressed=${t.view.follows} @click=${()=>(t.view.follow(),t.changed())}>
        follow now
      </button>
    </div>
  </div>`}function Xt(t,e,n){let s=n.descending?-1:1;return[...t].sort((i,o)=>{let[r,a]=[e(i,n.column),e(o,n.column)];return r===void 0||a===void 0?+(r===void 0)-+(a===void 0):typeof r=="number"&&typeof a=="number"?s*(r-a):s*String(r).localeCompare(String(a))})}function Jt(t,e){return{column:e,descending:t.column===e?!t.descending:!1}}var Ze=100,B=class{constructor(e,n,s,i,o,r){this.caption=e;this.columns=n;this.marks=s;this.choose=i;this.changed=o;this.#e=r}caption;columns;marks;choose;changed;#e;#t=0;template(e){let n=Math.max(1,Math.ceil(e.length/Ze));this.#t=Math.min(this.#t,n-1);let i=Xt(e,(o,r)=>this.columns[r]?.value(o),this.#e).slice(this.#t*Ze,(this.#t+1)*Ze);return c`<div class="grid" tabindex="0" role="group" aria-label=${this.caption}>
      <table>
        <caption>
          ${this.caption}
          <span class="quiet">${k(e.length)}</span>
          ${n>1?this.#s(n):h}
        </caption>
        <thead>
          <tr>
            ${this.columns.map((o,r)=>this.#n(o,r))}
          </tr>
        </thead>
        <tbody>
          ${i.map(o=>this.#i(o))}
        </tbody>
      </table>
      ${e.length?h:c`<p class="quiet none-yet">none yet</p>`}
    </div>`}#n(e,n){let s=this.#e.column===n,i=s?this.#e.descending?"descending":"ascending":"none",o=()=>{this.#e=Jt(this.#e,n),this.changed()};return c`<th scope="col" aria-sort=${i} class=${e.isNumber?"number":""}>
      <button @click=${o}>
        ${e.name}<span class="sort" aria-hidden="true"
          >${s?this.#e.descending?"↓":"↑":""}</span
        >
      </button>
    </th>`}#i(e){let n=this.marks(e),[s,...i]=this.columns;return c`<tr
      class=${n.colour??""}
      data-lineage=${n.lineage??h}
      data-connection=${n.connection??h}
      data-state=${n.state??h}
      aria-selected=${n.selected?"true":h}
    >
      <th scope="row">
        <button @click=${()=>this.choose(e)}>
          <span class="swatch" aria-hidden="true"></span>${s?Qt(s,e):h}
        </button>
      </th>
      ${i.map(o=>c`<td class=${o.isNumber?"number":""}>${Qt(o,e)}</td>`)}
    </tr>`}#s(e){let n=s=>()=>{this.#t=Math.min(e-1,Math.max(0,this.#t+s)),this.changed()};return c`<span class="pager"
      ><button aria-label=${`${this.caption}: page before`} ?disabled=${this.#t===0} @click=${n(-1)}>‹</button>
      page ${this.#t+1} of ${e}
      <button aria-label=${`${this.caption}: next page`} ?disabled=${this.#t===e-1} @click=${n(1)}>
        ›
      </button></span
    >`}};function Qt(t,e){return t.show?t.show(e):t.value(e)??""}function en(t,e){switch(t.kind){case"session":return Ls(t,e);case"line":return Is(t);case"strip":return`${t.segments.length} more connections of ${t.session.name}, folded`;case"loose-head":return`No session: ${S(t.count,"handshake")}`;case"loose":return`Connection ${t.connection.name}, ${t.connection.state==="failed"?ne(t.connection):"handshaking"}`}}function Ls({session:t,lines:e,open:n},s){let i=t.row.server_name??"no name",o=`${S(e,"connection")}, ${n} open`;return`Session ${t.name}, ${i}, ${t.protocol}, ${o}, ${Xe(t,s)}`}function Is({segment:t}){let{connection:e,isLast:n}=t,s=n?y(e.state):"moved to another session";return`Connection ${e.name}, ${Je(t)}, ${s}, process ${e.row.process}`}function Xe(t,e){if(t.isLive)return Number.isNaN(t.expires)?"live":`expires in ${v(t.expires-e)}`;let n=t.row.why,s=y(t.row.state);return n&&n!==s?`${s}: ${n}`:s}function Je({connection:t,handshake:e,isLast:n}){let s=n?t.how:e.resumed?"resumed":"full",i=t.row.refusal;return i&&e.epoch===0?`${s}: ${y(i)}`:s}function ne({row:t}){return[t.alert_sent?`alert sent: ${t.alert_sent}`:t.alert_received?`alert received: ${t.alert_received}`:"",t.ending].filter(Boolean).join(" · ")||"ended without an alert"}var Me=class{constructor(e){this.app=e;this.#e=new B("Refusals, each with its reason",[{name:"connection",value:({connection:n})=>n.name},{name:"at",value:({connection:n})=>n.opened,show:({connection:n})=>A(n.opened)},{name:"refused",value:({kind:n})=>n},{name:"code",value:({code:n})=>n,show:({code:n})=>c`<code>${n}</code>`},{name:"in words",value:({text:n})=>n},{name:"instead",value:({instead:n})=>n}],({connection:n})=>({id:n.id,connection:n.id,lineage:n.handshake?.lineage,state:n.state,colour:e.picture.sessions.get(n.handshake?.lineage??"")?.colour??"none",selected:e.connection?.id===n.id}),({connection:n})=>e.choose({connection:n.id}),()=>e.changed(),{column:1,descending:!0})}app;#e;template(){let e=Object.entries(this.app.picture.counters?.refused??{}).sort((s,i)=>i[1]-s[1]),n=Math.max(1,...e.map(([,s])=>s));return c`<section class="refusals" aria-labelledby="refusals-title">
      <h2 id="refusals-title">Why not resumed</h2>
      <p class="quiet">
        A refusal is a reason, not an error: a full handshake follows, and the client notices nothing but the time.
      </p>
      <ul class="tally">
        ${e.map(([s,i])=>{let o=c`<meter min="0" max=${n} value=${i} aria-label=${y(s)}></meter>`;return c`<li><span>${y(s)}</span>${o}<b>${k(i)}</b></li>`})}
      </ul>
      ${this.#e.template(Ds([...this.app.picture.connections.values()]))}
    </section>`}};function Ds(t){return t.flatMap(e=>{let{row:n,handshake:s}=e,i=[];n.refusal&&i.push({connection:e,kind:"session",code:n.refusal,text:n.refusal_text??y(n.refusal),instead:s?`full handshake, ${U(s.lineage)}`:"nothing yet"});let o=e.handshakes[0]?.early_data_refusal;return o&&i.push({connection:e,kind:"early data",code:o,text:y(o),instead:"sent behind the handshake"}),e.state==="failed"&&i.push({connection:e,kind:"handshake",code:n.alert_sent??n.alert_received??"no_alert",text:ne(e),instead:"no connection"}),i})}var Ce=class{#e="";#t="";#n=[];lastId="";push(e){let n=(this.#e+e).split(/\r\n|\n|\r(?!$)/);return this.#e=n.pop()??"",n.flatMap(s=>this.#i(s)??[])}#i(e){if(e==="")return this.#s();let n=e.indexOf(":");if(n===0)return;let s=n<0?e:e.slice(0,n),i=n<0?"":e.slice(n+1).replace(/^ /,"");s==="id"&&(this.lastId=i),s==="event"&&(this.#t=i),s==="data"&&this.#n.push(i)}#s(){let e={id:this.lastId,event:this.#t||"message",data:this.#n.join(`
`)},n=this.#n.length===0;return this.#t="",this.#n=[],n?void 0:e}};var Us=250,Bs=5e3,Fs=45e3;async function tn(t,e){let n="",s=0;for(e.link({state:"connecting"});;){let i=new Ce;i.lastId=n;try{let o=await Gs(t,i,e,()=>s=0);if(o!==void 0){e.link({state:"refused",why:o});return}}catch{}n=i.lastId,s+=1,e.link({state:"reconnecting",attempt:s}),await Ks(Vs(s))}}function Vs(t,e=Math.random()){return Math.min(Bs,Us*2**Math.min(t-1,16))*(1+e/4)}async function Gs(t,e,n,s){let i=new Qe(Fs);try{let o={Authorization:`Bearer ${t}`};e.lastId&&(o["Last-Event-ID"]=e.lastId);let r=await fetch("/events",{headers:o,cache:"no-store",signal:i.signal});if(r.status===401||r.status===403)return await r.text();if(!r.ok||!r.body)throw new Error(`the console answered ${r.status}`);n.link({state:"live"}),s();let a=r.body.pipeThrough(new TextDecoderStream).getReader();for(;;){let{done:l,value:d}=await a.read();if(l)return;i.again();for(let u of e.push(d))u.event==="picture"&&n.picture(JSON.parse(u.data))}}finally{i.stop()}}var Qe=class{#e=new AbortController;#t;#n;constructor(e){this.#n=e,this.again()}get signal(){return this.#e.signal}again(){clearTimeout(this.#t),this.#t=setTimeout(()=>this.#e.abort(),this.#n)}stop(){clearTimeout(this.#t),this.#e.abort()}};function Ks(t){return new Promise(e=>setTimeout(e,t))}var Ne=class{constructor(e){this.app=e;let n=()=>e.changed();this.#e=new B("Sessions",qs(e),s=>zs(s,e),s=>e.choose({lineage:s.id}),n,{column:4,descending:!0}),this.#t=new B("Connections",js(e),s=>Ys(s,e),s=>e.choose({connection:s.id}),n,{column:4,descending:!0})}app;#e;#t;template(){let{sessions:e,connections:n}=this.app.picture;return c`<section class="tables" aria-labelledby="tables-title">
      <h2 id="tables-title" class="vh">Sessions and connections</h2>
      ${this.#e.template([...e.values()])} ${this.#t.template([...n.values()])}
    </section>`}};function qs(t){let{picture:e}=t,n=s=>e.connectionsOf(s.id);return[{name:"session",value:s=>s.name},{name:"name",value:s=>s.row.server_name??""},{name:"protocol",value:s=>s.protocol},{name:"state",value:s=>s.row.state,show:s=>y(s.row.state)},{name:"proved at",value:s=>s.began,show:s=>A(s.began)},{name:"ends",value:s=>Math.min(s.ended,s.expires)||void 0,show:s=>Ws(s,t.now())},{name:"connections",isNumber:!0,value:s=>n(s).length},{name:"open",isNumber:!0,value:s=>n(s).filter(i=>i.isOpen).length},{name:"generation",isNumber:!0,value:s=>s.row.generation},{name:"why it ended",value:s=>s.row.why??""}]}function Ws(t,e){return t.isLive?Number.isNaN(t.expires)?"":`in ${v(t.expires-e)}`:A(t.ended)}function zs(t,e){return{id:t.id,lineage:t.id,state:t.row.state,colour:t.colour,selected:!e.connection&&e.session?.id===t.id}}function js(t){return[{name:"connection",value:e=>e.name},{name:"session",value:e=>e.handshake?U(e.handshake.lineage):void 0,show:e=>e.handshake?U(e.handshake.lineage):"none"},{name:"how",value:e=>e.how},{name:"state",value:e=>e.state,show:e=>y(e.state)},{name:"opened at",value:e=>e.opened,show:e=>A(e.opened)},{name:"lived",isNumber:!0,value:e=>Math.min(e.closed,t.now())-e.opened,show:e=>v(Math.min(e.closed,t.now())-e.opened)},{name:"server pid",isNumber:!0,value:e=>e.row.process,show:e=>String(e.row.process)},{name:"protocol",value:e=>e.handshake?`${R(e.handshake.version)} ${E(e.handshake.cipher_suite)}`:""},{name:"handshake",isNumber:!0,value:e=>e.handshake?.handshake_us,show:e=>e.handshake?X(e.handshake.handshake_us):""},{name:"bytes",isNumber:!0,value:e=>e.row.bytes_in+e.row.bytes_out,show:e=>T(e.row.bytes_in+e.row.bytes_out)},{name:"refusal or ending",value:e=>e.row.refusal_text??e.row.ending??""}]}function Ys(t,e){let n=t.handshake?.lineage;return{id:t.id,lineage:n,connection:t.id,state:t.state,colour:n?e.picture.sessions.get(n)?.colour:"none",selected:e.connection?.id===t.id}}var nn=34;function sn(t){let e=[...t.processes.values()];return e.flatMap(n=>{if(!n.ended_at)return[];let s=f(n.ended_at),i=e.find(r=>r.node===n.node&&f(r.started_at)>=s),o=i?`pid ${n.pid} → ${i.pid}`:`pid ${n.pid} ended`;return[{at:s,text:o,long:`${o}: ${n.ending??"ended"}`}]})}var Zs=new Set(["ring","renewed","reload","revocations","trouble"]);function on(t,e,n,s){let i=e.x(n),o=i<=e.right;return p`<svg class="axis" width=${s} height=${nn} aria-hidden="true">
    ${e.ticks().filter(r=>r<=n||!o).filter(r=>Math.abs(e.x(r)-i)>34&&e.x(r)>e.left+20).map(r=>p`<text class="tick" x=${e.x(r)} y="30">${Xs(r,e)}</text>`)}
    ${o?p`<g class="now"><path d=${`M${i-5} 25h10l-5 7z`} /><text x=${i} y="21">now</text></g>`:null}
    ${Js(t,e)}
    ${Qs(sn(t),e)}
  </svg>`}function Xs(t,e){let n=new Date(t);if(e.span>48*36e5)return n.toLocaleDateString("en-GB",{day:"numeric",month:"short"});let s=n.toLocaleTimeString("en-GB");return e.span>20*6e4?s.slice(0,5):s}function Js(t,e){return[...t.notices.values()].filter(n=>Zs.has(n.kind)).map(n=>({notice:n,x:e.x(f(n.at))})).filter(({x:n})=>n>e.left&&n<e.right).map(({notice:n,x:s})=>p`<path class="notice ${n.kind}" d=${`M${s} 2l4 4l-4 4l-4 -4z`}><title>${n.text}</title></path>`)}function Qs(t,e){let n=-1/0;return t.filter(({at:s})=>s>e.from&&s<e.to).map(({at:s,text:i,long:o})=>{let r=e.x(s),a=`restart: ${i}`,l=a.length*5.5+14,d=r-l/2>n;return d&&(n=r+l/2),p`<g class="restart"><title>${o}</title><path d=${`M${r} 14V${nn}`} />
        ${d?p`<rect x=${r-l/2} y="0" width=${l} height="15" rx="3" /><text x=${r} y="11.5">${a}</text>`:p`<circle cx=${r} cy="12" r="3" />`}</g>`})}function rn(t,e,n,s){let i=e.x(n);return p`<g aria-hidden="true">
    ${e.ticks().map(o=>p`<path class="gridline" d=${`M${e.x(o)} 0V${s}`} />`)}
    ${sn(t).filter(({at:o})=>o>e.from&&o<e.to).map(({at:o})=>p`<path class="restart-pole" d=${`M${e.x(o)} 0V${s}`} />`)}
    ${i<=e.right?p`<path class="now-pole" d=${`M${i} 0V${s}`} />`:null}
  </g>`}function an(t,e,n){let s=Math.max(1,Math.ceil((e.right-e.left)/2)),i=new Int32Array(s+1);for(let{from:r,to:a}of t){let l=Math.min(a,n);if(r>e.to||l<e.from)continue;let d=Math.max(0,Math.floor((e.x(r)-e.left)/2)),u=Math.min(s-1,Math.floor((e.x(l)-e.left)/2));d>=s||u<0||(i[d]=(i[d]??0)+1,i[u+1]=(i[u+1]??0)-1)}let o=0;return Array.from({length:s},(r,a)=>o+=i[a]??0)}function ln(t,e,n,s){let i=Math.max(1,...t),o=`M${e} ${n}`,r=0;return t.forEach((a,l)=>{if(a===r)return;let d=e+l*2;o+=`H${d}V${ei(n-Math.sqrt(a/i)*s)}`,r=a}),`${o}H${e+t.length*2}V${n}Z`}function ei(t){return Math.round(t*10)/10}function cn(t,e){let n=t.kind==="session"||t.kind==="loose-head"?1:2,s=ti(t,e),i=t.kind==="session"&&t.lines>0;return p`<g id=${`row-${t.key}`} class="row ${t.kind} ${hi(t)}" role="treeitem" data-row=${t.key}
      aria-level=${n} aria-posinset=${t.position} aria-setsize=${t.of}
      aria-selected=${pi(t,e)} aria-expanded=${i?String(!t.folded):h}
      data-lineage=${ui(t)??h} data-connection=${tt(t)?.id??h}
      data-state=${mi(t)??h} data-active=${t.key===e.active?"":h}
      transform="translate(0 ${t.y})">
    <title>${en(t,e.now)}</title>
    <rect class="ground" width=${e.width} height=${t.height} rx="4" /><g aria-hidden="true">${s}</g>
  </g>`}function ti(t,e){switch(t.kind){case"session":return ni(t,e);case"line":return oi(t,e);case"strip":return ci(t,e);case"loose-head":return p`<rect class="swatch empty" x="8.5" y="8.5" width="10" height="10" rx="2" />
        <text class="name" x="25" y="17">no session</text>
        <text class="detail" x="100" y="17">${e.isNarrow?h:S(t.count,"handshake")}</text>`;case"loose":return di(t,e)}}function ni({session:t,lines:e,open:n,folded:s},i){let{scale:o,now:r}=i,a=o.clamped(t.began),l=Math.min(t.ended,r),d=o.clamped(l),u=Number.isNaN(t.expires)?d:o.clamped(t.expires),m=Xe(t,r),g=`${S(e,"connection")}${n?`, ${n} open`:""}`,$=Math.max(3,d-a),w=$>g.length*6.2+20&&o.x(t.began)>o.left-20;return p`
    <rect class="swatch" x="8" y="8" width="11" height="11" rx="2" />
    <text class="name" x="25" y="18">${t.name}</text>
    <text class="detail" x="76" y="18">${i.isNarrow?h:`${t.row.server_name??""}  ${t.protocol}`}</text>
    ${e?si(o.left-12,s):h}
    <g clip-path="url(#plot)">
      ${t.isLive&&u>d?p`<rect class="ahead" x=${d} y="5" width=${Math.max(0,u-d)} height="16" />`:h}
      <rect class="bar" x=${a} y="5" width=${$} height="16" rx="3" />
      ${w?p`<text class="inside" x=${a+8} y="17">${g}</text>`:h}
      ${t.isLive?h:p`<path class="cut" d=${`M${d-4} 7l8 12M${d+4} 7l-8 12`} />`}
      ${ii(i.isNarrow?m.replace(/^expires /,""):m,d+(t.isLive?6:10),o,t.isLive)}
    </g>`}function si(t,e){return p`<path class="caret" d="M-3 -3L1 0L-3 3" transform=${`translate(${t} 13.5)${e?"":" rotate(90)"}`} />`}function ii(t,e,n,s){let i=t.length*6+8;return e+i<n.right||s?p`<text class="ending ${s?"live":"over"}" x=${e} y="17">${t}</text>`:p`<text class="inside" text-anchor="end" x=${Math.min(e-18,n.right-8)} y="17">${t}</text>`}function oi({session:t,segment:e,isLastRow:n},s){let{scale:i,now:o}=s,{connection:r}=e,a=i.clamped(e.from),l=e.isLast&&r.isOpen,d=Math.max(a+2,i.clamped(Math.min(e.to,o))),u=`hatch-${r.id}-${e.index}`;return p`
    <path class="stem" d=${`M13.5 0V${n?8.5:17}M13.5 8.5H21`} />
    <text class="name" x="25" y="12.5">${r.name}</text>
    <text class="detail" x="76" y="12.5">${s.isNarrow?h:Je(e)}</text>
    ${s.pids&&!s.isNarrow?p`<text class="pid" x=${i.left-24} y="12.5">pid ${r.row.process}</text>`:h}
    <g clip-path="url(#plot)">
      <defs>${ze(u,e.handshake.keys_fingerprint,t.colour,a,5)}</defs>
      <rect class="channel" x=${a} y="5" width=${d-a} height="7" rx="2" fill=${`url(#${u})`} />
      ${e.index===0?ri(e,a):et(a)}
      ${e.marks.map(m=>et(i.clamped(m)))}
      ${e.isLast?ai(d,l):et(d)}
      ${li(e,d,l,i)}
    </g>`}function ri(t,e){let n=!t.handshake.resumed||t.handshake.kind==="renegotiated";return p`<circle class=${n?"dot":"ring"} cx=${e} cy="8.5" r="4.2" />`}function ai(t,e){return e?p`<path class="tip" d=${`M${t-1} 2.5L${t+7} 8.5L${t-1} 14.5Z`} />`:p`<path class="stop" d=${`M${t} 2.5V14.5`} />`}function et(t){return p`<g class="renegotiated"><circle cx=${t} cy="8.5" r="6" /><text x=${t} y="11.8">R</text></g>`}function li(t,e,n,s){if(n||!t.isLast)return h;let i=t.connection.row.ending??"";return i&&e+i.length*5.6<s.right?p`<text class="note" x=${e+7} y="12.5">${i}</text>`:h}function ci({session:t,segments:e},n){let{scale:s}=n,i=ln(an(e,s,n.now),s.left,19,16);return p`
    <path class="stem" d="M13.5 0V22M13.5 11H21" />
    <text class="name" x="25" y="15">${n.isNarrow?`+${e.length}`:`${e.length} more`}</text>
    <text class="detail" x="100" y="15">${n.isNarrow?h:"unfold ▸"}</text>
    <g clip-path="url(#plot)"><path class="density ${t.colour}" d=${i} /></g>`}function di({connection:t},e){let{scale:n}=e,s=n.clamped(t.opened),i=n.clamped(Math.min(t.closed,e.now)),o=t.state==="failed",r=o?ne(t):"handshake under way",a=i+9+r.length*5.7<n.right;return p`
    <path class="stem" d="M13.5 0V8.5H21" />
    <text class="name" x="25" y="12.5">${t.name}</text>
    <text class="detail" x="76" y="12.5">${e.isNarrow?h:t.how}</text>
    <g clip-path="url(#plot)">
      <rect class="channel" x=${s} y="7" width=${Math.max(1,i-s)} height="3" />
      ${o?p`<path class="fail" d=${`M${i-4} 4.5l8 8M${i+4} 4.5l-8 8`} />`:h}
      <text class="note" text-anchor=${a?"start":"end"} x=${a?i+9:s-9} y="12.5">${r}</text>
    </g>`}function dn(t,e,n){let s=n.clamped(e.segment.from),[i,o]=[t.y+14.5,e.y+2.5];return p`<g class="step ${e.session.colour}">
    <path class="way" d=${`M${s} ${i}V${o-4}`} /><path class="head" d=${`M${s-4} ${o-6}h8l-4 6z`} />
  </g>`}function hi(t){return"session"in t?t.session.colour:"none"}function ui(t){return"session"in t?t.session.id:void 0}function tt(t){return t.kind==="line"?t.segment.connection:t.kind==="loose"?t.connection:void 0}function mi(t){return t.kind==="session"?t.session.row.state:tt(t)?.state}function pi(t,e){let n=tt(t);return(n?n.id===e.selected:t.kind==="session"&&t.session.id===e.chosenSession)?"true":"false"}function fi(t,e){let n=[];return t.handshakes.forEach((s,i)=>{let o=i===0?t.opened:gi(s,t,e),r=n.at(-1);if(r?.lineage===s.lineage){r.handshake=s,r.marks.push(o);return}r&&(r.to=o,r.isLast=!1),n.push({key:`c:${t.id}@${n.length}`,connection:t,lineage:s.lineage,handshake:s,from:o,to:t.closed,marks:[],index:n.length,isLast:!0})}),n}function gi(t,e,n){let s=n.sessions.get(t.lineage),i=Date.parse(s?.member(t.session)?.issued_at??""),o=Number.isFinite(i)&&i>e.opened?i:s?.began??NaN;return Number.isFinite(o)?Math.min(e.closed,Math.max(e.opened,o)):e.opened}var Ee=class{#e=new Map;of(e,n){let s=n.revisionOf(e),i=this.#e.get(e);if(i?.revision===s)return i;this.#t(n);let o=$i(e,n,s);return this.#e.set(e,o),o}#t(e){if(!(this.#e.size<e.sessions.size+64))for(let n of this.#e.keys())e.sessions.has(n)||this.#e.delete(n)}};function $i(t,e,n){let s=[],[i,o]=[1/0,-1/0];for(let r of e.connectionsOf(t))for(let a of fi(r,e))a.lineage===t&&(s.push(a),i=Math.min(i,a.to),o=Math.max(o,a.from));return s.sort((r,a)=>r.from-a.from),{revision:n,segments:s,firstEnd:i,lastBegin:o}}var se={session:27,line:17,strip:22,"loose-head":25,loose:17},ie={y:0,position:0,of:0},un=24,yi=8,bi=40;function mn(t,e,n,s,i=new oe){let o=(a,l)=>a<=e.to&&l>=e.from,r=[];for(let a of t.inOrder()){let l=i.of(a,t,e,n,s);if(l.lines||o(a.began,a.ended))for(let d of l.rows)r.push(d)}return r.push(...ki(t.loose().filter(a=>o(a.opened,a.closed)))),xi(r)}var oe=class{#e=new Ee;#t=new WeakMap;of(e,n,s,i,o){let r=this.#e.of(e.id,n),a=r.firstEnd>=s.from&&r.lastBegin<=s.to,l=a?r.segments:r.segments.filter(({from:$,to:w})=>$<=s.to&&w>=s.from),d=`${i.folded.has(e.id)} ${i.unfolded.has(e.id)} ${l.length>un?o:""}`,u=this.#t.get(r),m=u?.of===d&&u.session===e&&u.lines===l.length;if(u&&m&&(a||u.segments.every(($,w)=>$===l[w])))return u;let g={of:d,session:e,segments:l,lines:l.length,rows:wi(e,l,i,o)};return this.#t.set(r,g),g}};function wi(t,e,n,s){let i=e.filter(d=>d.isLast&&d.connection.isOpen).length,[o,r]=vi(t,e,n,s),a=r.length+(o.length?1:0),l=[{kind:"session",...ie,key:`s:${t.id}`,height:se.session,session:t,lines:e.length,open:i,folded:o.length>0}];return o.length&&l.push({kind:"strip",...ie,position:1,of:a,key:`t:${t.id}`,height:se.strip,session:t,segments:o}),r.forEach((d,u)=>{l.push({kind:"line",...ie,position:u+1+a-r.length,of:a,key:d.key,height:se.line,session:t,segment:d,isLastRow:u===r.length-1})}),l}function vi(t,e,n,s){let i=n.unfolded.has(t.id),o=n.folded.has(t.id);if(i||!o&&e.length<=un)return[[],e];let r=o?0:yi,a=[],l=[];return e.forEach((d,u)=>{(u>=e.length-r||!o&&d.connection.id===s?l:a).push(d)}),[a,l]}function ki(t){if(t.length===0)return[];t.sort((n,s)=>n.opened-s.opened);let e=t.slice(-bi);return[{kind:"loose-head",...ie,key:"n",height:se["loose-head"],count:t.length},...e.map((n,s)=>({kind:"loose",...{...ie,position:s+1,of:e.length},key:`l:${n.id}`,height:se.loose,connection:n}))]}function xi(t){let e=4,n=t.filter(_i);n.forEach((s,i)=>Object.assign(s,{position:i+1,of:n.length}));for(let s of t)s.y=e,e+=s.height;return{rows:t,height:e+6}}function _i({kind:t}){return t==="session"||t==="loose-head"}function pn(t,e,n){let s=hn(t.rows,o=>o.y+o.height>e),i=hn(t.rows,o=>o.y>n);return t.rows.slice(s,i)}function hn(t,e){let n=0,s=t.length;for(;n<s;){let i=n+s>>1;e(t[i])?s=i:n=i+1}return n}var Si=620,fn=2400,Oe=class{constructor(e,n){this.app=e;this.root=n;new ResizeObserver(()=>this.draw()).observe(n),n.addEventListener("click",s=>this.#g(s)),n.addEventListener("keydown",s=>this.#$(s)),n.addEventListener("wheel",s=>this.#b(s),{passive:!1}),matchMedia("(prefers-reduced-motion: reduce)").addEventListener("change",()=>this.draw())}app;root;#e={rows:[],height:0};#t="";#n=new oe;#i;#s=0;#r=0;#o;#a;took=[];get#l(){return this.root.querySelector(".lanes")}draw(){let e=performance.now();cancelAnimationFrame(this.#r),clearTimeout(this.#s);let{app:n,root:s}=this,i=s.clientWidth;if(i===0)return;let o=n.now(),r=i<Si,a=n.view.scale(n.began(),o,r?92:292,i-8);this.#i=a,this.#p(a);let l=this.#l,d=l?.scrollTop??0,u=l?.clientHeight??s.clientHeight,{rows:m,height:g}=this.#e,$=g<=fn?m:pn(this.#e,d-u/2,d+1.5*u);me(this.#m(a,o,i,r,$,Math.max(g,u-2)),s),this.took.push(performance.now()-e),this.took.length>600&&this.took.shift(),this.#f(a)}#m(e,n,s,i,o,r){let{app:a}=this,{rows:l}=this.#e,d={scale:e,now:n,width:s,isNarrow:i,selected:a.connection?.id,chosenSession:a.chosen?.connection?void 0:a.chosen?.lineage,active:this.#o,pids:a.picture.processes.size>1},u=this.#o&&o.some(m=>m.key===this.#o)?`row-${this.#o}`:"";return c`${on(a.picture,e,n,s)}
      <div
        class="lanes"
        role="tree"
        tabindex="0"
        aria-label="Sessions and their connections"
        aria-activedescendant=${u}
        @scroll=${()=>this.#c()}
      >
        <svg class="drawing" role="none" width=${s} height=${r}>
          <defs>
            <clipPath id="plot">
              <rect x=${e.left} y="-2" width=${Math.max(0,e.right-e.left)} height="40" />
            </clipPath>
          </defs>
          ${rn(a.picture,e,n,r)} ${Ai(o,e)} ${o.map(m=>cn(m,d))}
        </svg>
        ${l.length===0?c`<p class="empty">No connection yet. Press <strong>New connection</strong>, or take the tour.</p>`:null}
      </div>`}#p(e){let{app:n}=this,s=Math.floor(e.from/1e3),i=[n.picture.revision,s,Math.round(e.span),n.connection?.id,[...n.unfolded],[...n.folded]].join();i!==this.#t&&(this.#t=i,this.#e=mn(n.picture,e,n,n.connection?.id,this.#n),n.follows&&requestAnimationFrame(()=>this.#h()))}#f(e){if(!this.app.view.follows||document.hidden){this.#s=window.setTimeout(()=>this.draw(),1e3);return}let s=matchMedia("(prefers-reduced-motion: reduce)").matches?1e3:Math.min(1e3,e.msPerPixel/2);s<34?this.#r=requestAnimationFrame(()=>this.draw()):this.#s=window.setTimeout(()=>this.#r=requestAnimationFrame(()=>this.draw()),s)}#c(){this.#e.height<=fn||(cancelAnimationFrame(this.#r),this.#r=requestAnimationFrame(()=>this.draw()))}#h(){let e=this.app.connection?.id;if(!e||e===this.#a)return;let s=this.#e.rows.filter(o=>Ti(o)===e).at(-1);if(!s)return;this.#a=e;let i=this.#e.rows.find(o=>o.kind==="session"&&"session"in s&&o.session===s.session);this.#u(s),i&&s.y-i.y<(this.#l?.clientHeight??0)-2*s.height&&this.#u(i)}#u(e){let n=this.#l;if(!n)return;let{scrollTop:s,clientHeight:i}=n;e.y<s&&(n.scrollTop=e.y-4),e.y+e.height>s+i&&(n.scrollTop=e.y+e.height-i+4)}#g(e){let n=e.target.closest("[data-row]")?.getAttribute("data-row"),s=this.#e.rows.find(a=>a.key===n);if(!s)return;let i=this.root.getBoundingClientRect(),o=e.clientX-i.left,r=this.#i?.left??0;s.kind==="session"&&o>r-26&&o<r?this.toggle(s):this.#d(s)}#d(e){this.#o=e.key,e.kind==="strip"&&this.toggle(e),e.kind==="session"&&this.app.choose({lineage:e.session.id}),e.kind==="line"&&this.app.choose({connection:e.segment.connection.id}),e.kind==="loose"&&this.app.choose({connection:e.connection.id})}toggle(e,n){if(e.kind!=="session"&&e.kind!=="strip")return;let{unfolded:s,folded:i}=this.app,{id:o}=e.session,r=e.kind==="strip"||e.folded,a=n??r;(a?i:s).delete(o),(a?s:i).add(o),this.app.changed()}#$(e){if(e.ctrlKey||e.metaKey||e.altKey)return;let{rows:n}=this.#e,s=n.findIndex(a=>a.key===this.#o),i=n[s],r={ArrowDown:s+1,ArrowUp:s<0?n.length-1:s-1,Home:0,End:n.length-1,PageDown:s+12,PageUp:s-12}[e.key];if(r!==void 0)this.#y(Math.min(n.length-1,Math.max(0,r)));else if(i&&e.key==="ArrowRight")this.toggle(i,!0);else if(i&&e.key==="ArrowLeft")this.toggle(i,!1);else if(i&&(e.key==="Enter"||e.key===" "))this.#d(i);else return;e.preventDefault()}#y(e){let n=this.#e.rows[e];n&&(n.kind==="strip"?this.#o=n.key:this.#d(n),this.#u(n),this.app.changed())}#b(e){let n=this.#i;if(!n)return;let s=e.shiftKey&&e.deltaY||e.deltaX;if(e.ctrlKey)this.app.view.magnify(1.0015**e.deltaY,this.app.began(),this.app.now());else if(Math.abs(s)>Math.abs(e.deltaY)||e.shiftKey)this.app.view.pan(s*n.msPerPixel,this.app.now());else{this.app.follows=!1;return}e.preventDefault(),this.app.changed()}};function Ti(t){return t.kind==="line"?t.segment.connection.id:t.kind==="loose"?t.connection.id:void 0}function Ai(t,e){let n=t.filter(i=>i.kind==="line");return n.filter(i=>i.segment.index>0).flatMap(i=>{let{connection:o,index:r}=i.segment,a=n.find(l=>l.segment.connection.id===o.id&&l.segment.index===r-1);return a&&a.y<i.y?dn(a,i,e):[]})}var gn="tessera.token";function $n(){let t=location.hash.slice(1);return t?(sessionStorage.setItem(gn,t),history.replaceState(null,"",location.pathname),t):sessionStorage.getItem(gn)??""}var re=[{title:"A full handshake",text:"A client connects for the first time. The two ends prove who they are and agree a secret. That makes two things at once: a connection, the live channel, and a session, what they agreed.",look:"A thick bar begins, and under it a thin line with a full dot. Secrets agreed goes up by one."},{title:"The connection closes, the session stays",text:"Now the client hangs up. The channel and its keys are gone for good. The session is not: the client keeps a ticket, and the server can still open it.",look:"The thin line ends with a stroke. The thick bar goes on."},{title:"Resume: a new connection with its own keys",text:"The client comes back with the ticket. No certificate, no signature: the session has proved all that. The connection is a new one, and so are its keys.",look:"A second line under the same bar, with a ring and another hatch. Keys derived goes up, Secrets agreed does not. In the ladder, what was spared is struck out."},{title:"Five connections at once",text:"One session serves many connections at the same time. Each gets its own ticket and its own keys; none can read another.",look:"Five lines begin under one bar: one colour, five hatches."},{title:"The server is killed, and the session survives",text:"The server process is ended by SIGKILL and another one started. Every connection dies with it. The session is in the store, so the new process takes the old one's tickets.",look:"A dashed line: thin lines end there, the bar crosses it, and a new line begins behind it with another pid."},{title:"TLS 1.2: the same connection, a new session",text:"The other way round: in TLS 1.2 two ends may renegotiate. The connection stays, one TCP stream, and moves to a session agreed a moment ago.",look:"A line under one bar steps down, marked R, to the next bar. One connection, two sessions."},{title:"Revoked, with the reason",text:"The operator takes the session back. The ticket is still whole, and nobody takes it any more: the next client makes a full handshake and the refusal says why.",look:"The bar ends with a cross and its reason. Under Refusals the next attempt says why it was not resumed."}];var Pe=class{constructor(e){this.app=e}app;isOpen=!1;#e=0;#t=!1;#n=new Map;toggle=()=>{this.isOpen=!this.isOpen,this.isOpen&&(this.app.page="picture"),this.app.changed(),this.isOpen&&setTimeout(()=>document.querySelector("#tour-title")?.focus(),50)};template(){if(!this.isOpen)return h;let e=re[this.#e];if(!e)return h;let n=this.#n.get(this.#e),s=this.app.picture.facts?.deeds.tour;return c`<aside id="tour" class="tour" aria-labelledby="tour-title">
      <div class="tour-head">
        <h2 id="tour-title" tabindex="-1">Guided tour</h2>
        <button class="icon" aria-label="Close the tour" @click=${this.toggle}>×</button>
      </div>
      <ol class="dots" aria-label="Steps">
        ${re.map((i,o)=>this.#s(i,o))}
      </ol>
      <div class="tour-body" tabindex="0" role="group" aria-label="Step">
        <h3>${this.#e+1}. ${e.title}</h3>
        <p>${e.text}</p>
        <p class="look"><b>Look:</b> ${e.look}</p>
        ${n?this.#i(n):h}
      </div>
      ${s?c`<p class="reason-line">${s}</p>`:h}
      <div class="tour-foot">
        <button @click=${()=>this.#a(this.#e-1)} ?disabled=${this.#e===0}>Back</button>
        <button class="primary" ?disabled=${this.#t||!!s} @click=${()=>{this.#l()}}>
          ${this.#t?"Doing it…":n?"Do it again":"Do it"}
        </button>
        <button @click=${()=>this.#a(this.#e+1)} ?disabled=${this.#e===re.length-1}>Next</button>
      </div>
    </aside>`}#i(e){return c`<div class="checks" role="status">
      <p><b>${e.ok?"It came out as it should.":"It did not come out as it should."}</b> ${e.text}</p>
      <ul>
        ${e.checks.map(n=>c`<li class=${n.ok?"yes":"no"}>
              <span class="mark" aria-hidden="true">${n.ok?"✓":"✗"}</span
              ><span
                ><span class="vh">${n.ok?"yes: ":"no: "}</span>${n.what}
                <span class="detail">${n.found}</span></span
              >
            </li>`)}
      </ul>
    </div>`}#s({title:e},n){let s=`Step ${n+1}: ${e}${this.#r(n)}`,i=n===this.#e?"step":h;return c`<li>
      <button aria-label=${s} aria-current=${i} class=${this.#o(n)} @click=${()=>this.#a(n)}>
        ${n+1}
      </button>
    </li>`}#r(e){let n=this.#n.get(e);return n?n.ok?", done":", failed":""}#o(e){let n=this.#n.get(e);return n?n.ok?"done":"failed":""}#a(e){this.#e=Math.min(re.length-1,Math.max(0,e)),this.app.changed()}async#l(){let e=this.#e;this.#t=!0,this.app.choose(void 0),this.app.view.follow();try{let n=await be(this.app.token,"tour",{step:e+1}),s=n.checks??[],i=n.ok&&s.every(o=>o.ok);this.#n.set(e,{ok:i,text:n.text??"",checks:s})}catch(n){this.app.complain(n instanceof Error?n.message:String(n))}finally{this.#t=!1,this.app.changed()}}};We();var He=document.querySelector("#app");if(!He)throw new Error("index.html has a place for the page");He.replaceChildren();var bn,_=new ye($n(),()=>{_.follow(),me(Zt(_,wn),He),_.page==="picture"&&bn?.draw()}),wn={tour:new Pe(_),tables:new Ne(_),refusals:new Me(_)};_.draw();var yn=He.querySelector("#timeline");yn&&(bn=new Oe(_,yn));vt(_,wn.tour.toggle);setInterval(()=>document.hidden||_.changed(),1e3);document.addEventListener("visibilitychange",()=>_.changed());tn(_.token,{picture(t){_.picture.merge(t,Date.now()),_.arrived()},link(t){_.link=t,_.changed()}});
